package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.OTHER;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;
import static dev.patchbay.stack.netfilter.Firewall.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.netfilter.log.LogGroups;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** NFLOG: packets to who listens to a group. */
class NflogTest {
  private final Firewall wall = new Firewall();
  private final LogGroups groups = wall.lab.stack.netfilter().logGroups();
  private final List<byte[]> messages = new ArrayList<>();
  private final LogGroups.Listener listener =
      (message, length) -> messages.add(Arrays.copyOf(message, length));

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  /** The attributes of a message in hexadecimal, by type. */
  private static Map<Integer, String> attributes(byte[] message) {
    Map<Integer, String> all = new TreeMap<>();
    for (int at = 4; at < message.length; ) {
      int length = Bytes.u8(message, at) | Bytes.u8(message, at + 1) << 8;
      int type = Bytes.u8(message, at + 2) | Bytes.u8(message, at + 3) << 8;
      all.put(type, HexFormat.of().formatHex(message, at + 4, at + length));
      at += length + 3 & ~3;
    }
    return all;
  }

  @Test
  void aPacketIsToldWithWhatIsKnown() {
    groups.listen(5, listener);
    wall.rule("iptables -t mangle -A PREROUTING -j MARK --set-mark 0x12")
        .rule("iptables -A FORWARD -j NFLOG --nflog-group 5 --nflog-prefix out:");
    byte[] packet = udp(GUEST, WORLD, 9);
    wall.fromGuest(packet);
    assertThat(wall.reachedWorld()).isEqualTo(1);
    assertThat(messages).hasSize(1);
    byte[] message = messages.getFirst();
    assertThat(message).startsWith(2, 0, 0, 5);
    assertThat(message.length % 4).isZero();
    Map<Integer, String> said = attributes(message);
    assertThat(said).containsEntry(1, "08000200").containsEntry(2, "00000012");
    assertThat(said)
        .containsEntry(4, "%08x".formatted(wall.lab.bridge.index()))
        .containsEntry(5, "%08x".formatted(wall.lab.uplink.index()))
        .containsEntry(6, "%08x".formatted(wall.lab.portA.index()))
        .doesNotContainKey(7);
    assertThat(said)
        .containsEntry(8, "0006" + "0000" + "525400000001" + "0000")
        .containsEntry(10, "6f75743a00")
        .containsEntry(15, "0001")
        .containsEntry(16, "52550a000202" + "525400000001" + "0800")
        .containsEntry(17, "000e");
    packet[8] = 63;
    Bytes.put16(packet, 10, Bytes.u16(packet, 10) + 0x100);
    assertThat(said).containsEntry(9, HexFormat.of().formatHex(packet));
  }

  @Test
  void onlyWhoListensToTheGroupIsTold() {
    List<Integer> others = new ArrayList<>();
    groups.listen(5, listener);
    groups.listen(5, (message, length) -> others.add(length));
    groups.listen(0, (message, length) -> others.add(-1));
    wall.rule("iptables -A FORWARD -p udp --dport 1 -j NFLOG --nflog-group 4")
        .rule("iptables -A FORWARD -p udp --dport 2 -j NFLOG --nflog-group 5");
    wall.fromGuest(udp(GUEST, WORLD, 1));
    assertThat(messages).isEmpty();
    assertThat(others).isEmpty();
    wall.fromGuest(udp(GUEST, WORLD, 2));
    assertThat(messages).hasSize(1);
    assertThat(others).containsExactly(messages.getFirst().length);
    groups.ignore(5, listener);
    wall.fromGuest(udp(GUEST, WORLD, 2));
    assertThat(messages).hasSize(1);
    assertThat(others).hasSize(2);
    wall.reachedWorld();
  }

  @Test
  void theSizeBoundsWhatIsShown() {
    groups.listen(0, listener);
    wall.rule("iptables -A FORWARD -j NFLOG --nflog-size 20")
        .rule("iptables -A FORWARD -j NFLOG --nflog-size 0")
        .rule("iptables -A FORWARD -j NFLOG --nflog-size 4294967295");
    wall.fromGuest(udp(GUEST, WORLD, 1));
    assertThat(attributes(messages.get(0)).get(9)).hasSize(40);
    assertThat(attributes(messages.get(1))).doesNotContainKey(9);
    assertThat(attributes(messages.get(2)).get(9)).hasSize(64);
    wall.reachedWorld();
  }

  @Test
  void aLongPrefixAndALongPacketFit() {
    groups.listen(65535, listener);
    wall.rule("ip6tables -A OUTPUT -j NFLOG --nflog-group 65535 --nflog-prefix " + "p".repeat(200));
    byte[] body = new byte[1400];
    body[0] = (byte) 128;
    wall.fromGuest(Lab.ipv6("fec0::15", "fec0::2", 58, 64, body));
    assertThat(messages).isNotEmpty();
    byte[] message = messages.getLast();
    assertThat(message).startsWith(10, 0, 0xff, 0xff);
    Map<Integer, String> said = attributes(message);
    assertThat(said.get(10)).hasSize(2 * 128);
    assertThat(said.get(1)).isEqualTo("86dd0300");
    assertThat(said).containsKey(9).doesNotContainKey(16);
    wall.lab.loop.runForMillis(10);
    wall.lab.toA.clear();
    wall.lab.toB.clear();
  }

  @Test
  void bridgedFramesTellBothPorts() {
    groups.listen(1, listener);
    wall.rule("iptables -A FORWARD -j NFLOG --nflog-group 1");
    wall.fromGuestToOther(udp(GUEST, OTHER, 9));
    assertThat(attributes(messages.getFirst()))
        .containsEntry(6, "%08x".formatted(wall.lab.portA.index()))
        .containsEntry(7, "%08x".formatted(wall.lab.portB.index()));
    wall.lab.toB.clear();
  }
}
