package dev.patchbay.stack.packet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.wire.Bytes;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tags in and out of frames. */
class VlanTagTest {
  private static final String ADDRESSES = "525400123456" + "525400654321";
  private final PacketPool pool = new PacketPool(1 << 20, true);
  private final Packet packet = frame("8100" + "6007" + "0800" + "4500");

  private Packet frame(String rest) {
    byte[] bytes = HexFormat.of().parseHex(ADDRESSES + rest);
    Packet made = pool.acquire(64);
    System.arraycopy(bytes, 0, made.data, made.append(bytes.length), bytes.length);
    made.l2 = made.head;
    made.l3 = made.head + 14;
    return made;
  }

  private static String bytes(Packet of) {
    return HexFormat.of().formatHex(Arrays.copyOfRange(of.data, of.head, of.tail));
  }

  @AfterEach
  void released() {
    packet.release();
    pool.checkNoLeaks();
  }

  @Test
  void comesOffAndGoesBack() {
    assertThat(VlanTag.takeOff(packet)).isTrue();
    assertThat(packet.vlanProtocol).isEqualTo(0x8100);
    assertThat(packet.vlanTci).isEqualTo(0x6007);
    assertThat(VlanTag.id(packet)).isEqualTo(7);
    assertThat(bytes(packet)).isEqualTo(ADDRESSES + "08004500");
    assertThat(packet.ethernet().type()).isEqualTo(0x0800);
    assertThat(Bytes.u16(packet.data, packet.l3)).isEqualTo(0x4500);
    assertThat(VlanTag.putIn(packet)).isTrue();
    assertThat(bytes(packet)).isEqualTo(ADDRESSES + "8100600708004500");
    assertThat(packet.vlanProtocol).isZero();
    assertThat(Bytes.u16(packet.data, packet.l3)).isEqualTo(0x4500);
  }

  @Test
  void theInnerOneStays() {
    Packet stacked = frame("88a8" + "0064" + "8100" + "0007" + "0800");
    assertThat(VlanTag.takeOff(stacked)).isTrue();
    assertThat(VlanTag.takeOff(stacked)).isTrue();
    assertThat(stacked.vlanProtocol).isEqualTo(0x88a8);
    assertThat(VlanTag.id(stacked)).isEqualTo(100);
    assertThat(bytes(stacked)).isEqualTo(ADDRESSES + "810000070800");
    stacked.release();
  }

  @Test
  void oneCutShortIsToldAndLeft() {
    Packet cut = frame("8100" + "00");
    String before = bytes(cut);
    assertThat(VlanTag.takeOff(cut)).isFalse();
    assertThat(bytes(cut)).isEqualTo(before);
    Packet plain = frame("0800");
    assertThat(VlanTag.takeOff(plain)).isTrue();
    assertThat(VlanTag.putIn(plain)).isTrue();
    assertThat(bytes(plain)).isEqualTo(ADDRESSES + "0800");
    cut.release();
    plain.release();
  }

  @Test
  void withoutHeadroomNothingIsChanged() {
    VlanTag.takeOff(packet);
    packet.push(packet.headroom() - 2);
    assertThat(VlanTag.putIn(packet)).isFalse();
    assertThat(packet.vlanTci).isEqualTo(0x6007);
  }
}
