package dev.patchbay.qemu.ncsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The codec, configuration words, and that nothing is allocated per frame. */
class NcsiPacketTest {

  @Test
  void roundTrip() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] payload = new byte[random.nextInt(300)];
      random.nextBytes(payload);
      NcsiPacket packet =
          new NcsiPacket(
              random.nextInt(256),
              random.nextInt(256),
              random.nextInt(256),
              random.nextInt(8),
              random.nextInt(32),
              payload);
      byte[] frame = packet.emit();
      assertThat(NcsiPacket.parse(frame, 0, frame.length)).isEqualTo(packet);
      frame[14 + random.nextInt(16 + payload.length)] ^= 0x40;
      assertThat(NcsiPacket.parse(frame, 0, frame.length)).isNotEqualTo(packet);
    }
  }

  @Test
  void aKnownFrame() {
    // Select Package 0 as Linux 6.1 sends it (instance id 1), checksum computed by hand.
    byte[] frame =
        Guest.hex(
            "ffffffffffff ffffffffffff 88f8 00010001 011f0004 0000000000000000 00000001 fffffeda"
                + "00".repeat(22));
    assertThat(frame).hasSize(60);
    NcsiPacket packet = Objects.requireNonNull(NcsiPacket.parse(frame, 0, 60));
    assertThat(packet).hasToString("NC-SI Select Package 0.31 iid 1, length 4");
    assertThat(packet.emit()).isEqualTo(frame);
  }

  @Test
  void namesForPeople() {
    assertThat(new NcsiPacket(0, 7, 0x8a, 0, 1, new byte[16]))
        .hasToString("NC-SI Get Link Status 0.1 iid 7 ok, length 16");
    assertThat(new NcsiPacket(0, 7, 0x81, 3, 31, Guest.hex("00010004")))
        .hasToString("NC-SI Select Package 3.31 iid 7 code 1/0x0004, length 4");
    assertThat(new NcsiPacket(0, 0, 0xff, 0, 0, Guest.hex("00000001")))
        .hasToString("NC-SI AEN 1 0.0 iid 0, length 4");
    assertThat(new NcsiPacket(0, 2, 0x51, 0, 0, new byte[0]))
        .hasToString("NC-SI command 0x51 0.0 iid 2, length 0");
  }

  @Test
  void configurationWords() {
    assertThat(NcsiProfile.of("strict")).isEqualTo(NcsiProfile.STRICT);
    assertThat(NcsiVendor.of("intel")).isEqualTo(NcsiVendor.INTEL);
    assertThatThrownBy(() -> NcsiProfile.of("slow"))
        .hasMessage("ncsi: invalid value 'slow', expected fast, strict or off");
    assertThatThrownBy(() -> NcsiVendor.of("acme"))
        .hasMessage(
            "ncsi-vendor: invalid value 'acme', expected none, mellanox, broadcom or intel");
    assertThatThrownBy(() -> NcsiConfig.DEFAULT.withCounts(9, 1))
        .hasMessage("ncsi-packages: 9 is out of range, expected 1 to 8");
    assertThatThrownBy(() -> NcsiConfig.DEFAULT.withCounts(1, 0))
        .hasMessage("ncsi-channels: 0 is out of range, expected 1 to 31");
    assertThatThrownBy(() -> NcsiConfig.DEFAULT.withMac(0x0100_5e00_0001L))
        .hasMessageContaining("not multicast");
  }

  @Test
  void nothingIsAllocatedPerCommand() {
    long[] sent = new long[1];
    NcsiController card =
        new NcsiController(NcsiConfig.DEFAULT, (buffer, offset, length) -> sent[0] += length);
    byte[][] frames = {
      new NcsiPacket(0, 1, 0x00, 0, 0, new byte[0]).emit(),
      new NcsiPacket(0, 2, 0x0a, 0, 0, new byte[0]).emit(),
      new NcsiPacket(0, 3, 0x17, 0, 0, new byte[0]).emit(),
      new NcsiPacket(0, 4, 0x18, 0, 0, new byte[0]).emit(),
      new NcsiPacket(0, 5, 0x01, 4, 31, new byte[4]).emit(),
      new byte[20],
    };
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        byte[] frame = frames[i % frames.length];
        card.receive(frame, 0, frame.length);
      }
      allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(sent[0]).isPositive();
    assertThat(allocated).isLessThan(1000);
  }
}
