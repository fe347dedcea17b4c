package dev.patchbay.qemu.ncsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * A guest on the cable of an {@link NcsiController}: sends commands, keeps what comes back in
 * order.
 */
final class Guest implements NcsiOutput, NcsiListener {
  static final int PACKAGE = 0x1f;

  final NcsiController card;
  final List<Change> changes = new ArrayList<>();
  private final Deque<NcsiPacket> inbox = new ArrayDeque<>();
  private int iid;

  Guest(NcsiConfig config) {
    this(config, NcsiTraffic.NONE);
  }

  Guest(NcsiConfig config, NcsiTraffic traffic) {
    card = new NcsiController(config, this, this, traffic);
    card.link(true);
  }

  @Override
  public void send(byte[] buffer, int offset, int length) {
    assertThat(length).isBetween(60, 250);
    byte[] frame = Arrays.copyOfRange(buffer, offset, offset + length);
    assertThat(NcsiWire.u48(frame, 0)).isEqualTo(0xffff_ffff_ffffL);
    assertThat(NcsiWire.u48(frame, 6)).isEqualTo(0xffff_ffff_ffffL);
    NcsiPacket packet =
        Objects.requireNonNull(NcsiPacket.parse(frame, 0, length), "malformed frame to the guest");
    // Both drivers take checksum 0 for "none"; ours is always there.
    int at = 30 + NcsiWire.aligned(packet.payload().length);
    assertThat(NcsiWire.u32(frame, at)).isNotZero();
    inbox.add(packet);
  }

  @Override
  public void changed(Change what) {
    changes.add(what);
  }

  /** Sends a command with a payload in hex ("" for none); it counts its own instance id. */
  Guest tell(int packageId, int channelId, int type, String payload) {
    iid = iid % 255 + 1;
    byte[] frame = new NcsiPacket(0, iid, type, packageId, channelId, hex(payload)).emit();
    card.receive(frame, 0, frame.length);
    return this;
  }

  /** The only answer to the command sent last. */
  NcsiPacket answer() {
    NcsiPacket packet = next();
    assertThat(packet.iid()).isEqualTo(iid);
    assertThat(packet.type()).isBetween(0x80, 0xfe);
    return packet;
  }

  NcsiPacket next() {
    assertThat(inbox).as("frames to the guest").isNotEmpty();
    return inbox.remove();
  }

  Guest expectOk() {
    NcsiPacket packet = answer();
    assertThat(packet.responseCode()).as(packet.toString()).isZero();
    assertThat(packet.reasonCode()).isZero();
    return this;
  }

  /** Success with exactly that payload behind the codes. */
  Guest expectOk(String payload) {
    NcsiPacket packet = answer();
    assertThat(HexFormat.of().formatHex(packet.payload()))
        .as(packet.toString())
        .isEqualTo("00000000" + payload.replace(" ", ""));
    return this;
  }

  Guest expectError(int code, int reason) {
    NcsiPacket packet = answer();
    assertThat(packet.toString()).contains(String.format("code %d/0x%04x", code, reason));
    assertThat(packet.payload()).hasSize(4);
    return this;
  }

  Guest expectNothing() {
    assertThat(inbox).isEmpty();
    return this;
  }

  /** An event of that kind from 0.channel with that payload behind the kind. */
  Guest expectAen(int channel, int kind, String payload) {
    NcsiPacket packet = next();
    assertThat(packet.type()).isEqualTo(0xff);
    assertThat(packet.iid()).isZero();
    assertThat(packet.packageId()).isZero();
    assertThat(packet.channelId()).isEqualTo(channel);
    assertThat(HexFormat.of().formatHex(packet.payload()))
        .isEqualTo(String.format("%08x", kind) + payload.replace(" ", ""));
    return this;
  }

  /** Select Package, Clear Initial State, Enable Channel, and TX, all events on. */
  Guest configure() {
    tell(0, PACKAGE, 0x01, "00000001").expectOk();
    tell(0, 0, 0x00, "").expectOk();
    tell(0, 0, 0x06, "").expectOk();
    tell(0, 0, 0x03, "").expectOk();
    return tell(0, 0, 0x08, "00000005 00000007").expectOk();
  }

  NcsiSnapshot.Channel channel() {
    return card.snapshot().packages().get(0).channels().get(0);
  }

  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }
}
