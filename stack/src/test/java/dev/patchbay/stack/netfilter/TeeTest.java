package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.OTHER;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;
import static dev.patchbay.stack.netfilter.Firewall.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TEE: copies to another machine. */
class TeeTest {
  private final Firewall wall = new Firewall();

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  private byte[] toOther() {
    byte[] frame = wall.lab.toB.poll();
    assertThat(frame).as("a frame to guest B").isNotNull();
    return Arrays.copyOfRange(frame, 14, frame.length);
  }

  @Test
  void aCopyGoesToTheGateway() {
    wall.rule("iptables -t mangle -A FORWARD -p udp -j TEE --gateway " + OTHER);
    wall.fromGuest(udp(GUEST, WORLD, 9));
    byte[] packet = wall.lab.toWorld.poll();
    byte[] copy = toOther();
    assertThat(packet).isNotNull();
    assertThat(copy[8]).as("one hop less, as the packet itself").isEqualTo(packet[8]);
    assertThat(Bytes.u16(copy, 6)).as("DF").isEqualTo(0x4000);
    assertThat(InternetChecksum.finish(InternetChecksum.sum(copy, 0, 20))).isZero();
    Bytes.put16(copy, 6, Bytes.u16(packet, 6));
    Bytes.put16(copy, 10, Bytes.u16(packet, 10));
    assertThat(copy).isEqualTo(packet);
    assertThat(wall.lab.toB).isEmpty();
  }

  @Test
  void inPreroutingAHopIsTakenOff() {
    wall.rule("iptables -t raw -A PREROUTING -p udp -j TEE --gateway " + OTHER);
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(toOther()[8]).isEqualTo((byte) 63);
    assertThat(wall.reachedWorld()).isEqualTo(1);
  }

  @Test
  void aCopyIsNotCopiedAgain() {
    wall.rule("iptables -t mangle -A PREROUTING -p udp -j TEE --gateway " + OTHER)
        .rule("iptables -t mangle -A OUTPUT -p udp -j TEE --gateway " + OTHER)
        .rule("iptables -t mangle -A POSTROUTING -p udp -j TEE --gateway " + OTHER);
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(wall.reachedOther()).as("of PREROUTING and of POSTROUTING").isEqualTo(2);
    assertThat(wall.reachedWorld()).isEqualTo(1);
    assertThat(wall.counted("iptables", "OUTPUT").getLast())
        .as("copies go through OUTPUT")
        .startsWith("[2:64] ");
  }

  @Test
  void rulesHoldForCopies() {
    wall.rule("iptables -t mangle -A FORWARD -p udp -j TEE --gateway " + OTHER)
        .rule("iptables -A OUTPUT -p udp -j DROP");
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(wall.reachedOther()).isZero();
    assertThat(wall.reachedWorld()).isEqualTo(1);
  }

  @Test
  void oifChoosesTheDevice() {
    wall.rule("iptables -A FORWARD -p udp -j TEE --gateway " + OTHER + " --oif host0");
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(wall.reachedOther()).isZero();
    assertThat(wall.reachedWorld()).as("the packet and its copy").isEqualTo(2);
    wall.rule("iptables -F FORWARD")
        .rule("iptables -A FORWARD -p udp -j TEE --gateway " + OTHER + " --oif none0");
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(wall.reachedOther()).as("no such device: any").isEqualTo(1);
    assertThat(wall.reachedWorld()).isEqualTo(1);
  }

  @Test
  void withoutAWayThereIsNoCopy() {
    wall.rule("iptables -A FORWARD -p udp -j TEE --gateway 198.51.100.1");
    wall.ip("route del default").ip("route add 192.0.2.0/24 dev host0");
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(wall.reachedWorld()).isEqualTo(1);
  }

  @Test
  void aCopyThatIsTooLongIsToldOf() {
    wall.rule("iptables -A FORWARD -p udp -j TEE --gateway " + OTHER);
    wall.ip("route add 10.0.2.16 dev br0 mtu 600");
    byte[] datagram = Lab.ipv4(GUEST, WORLD, 17, 64, Lab.udp(1, 9, new byte[800]));
    wall.fromGuest(datagram);
    assertThat(wall.reachedWorld()).isEqualTo(1);
    assertThat(wall.reachedOther()).isZero();
    byte[] error = wall.toGuest();
    assertThat(error[20]).isEqualTo((byte) 3);
    assertThat(error[21]).isEqualTo((byte) 4);
    assertThat(Bytes.u16(error, 26)).isEqualTo(600);
  }

  @Test
  void aCopyOfWhatWasJoinedIsCutAgain() {
    wall.rule("iptables -A FORWARD -p udp -j TEE --gateway " + OTHER)
        .rule("iptables -A FORWARD -m state --state NEW");
    byte[] whole = Lab.ipv4(GUEST, WORLD, 17, 64, Lab.udp(1, 9, new byte[2000]));
    wall.fromGuest(fragment(whole, 0, 1008));
    wall.fromGuest(fragment(whole, 1008, 1000));
    assertThat(wall.reachedWorld()).isEqualTo(2);
    assertThat(wall.lab.toB.stream().map(frame -> frame.length - 14)).containsExactly(1028, 1020);
    assertThat(wall.lab.toA).as("no error").isEmpty();
    wall.lab.toB.clear();
  }

  /** A fragment: so many bytes of the payload of a packet from an offset on. */
  private static byte[] fragment(byte[] whole, int offset, int length) {
    byte[] part = Arrays.copyOf(whole, 20 + length);
    System.arraycopy(whole, 20 + offset, part, 20, length);
    Bytes.put16(part, 2, part.length);
    Bytes.put16(part, 6, offset / 8 | (20 + offset + length < whole.length ? 0x2000 : 0));
    Bytes.put16(part, 10, 0);
    Bytes.put16(part, 10, InternetChecksum.finish(InternetChecksum.sum(part, 0, 20)));
    return part;
  }

  @Test
  void sixIsCopiedToo() {
    wall.lab.fromB(neighbour());
    wall.lab.toB.clear();
    wall.lab.toA.clear();
    wall.rule("ip6tables -t mangle -A PREROUTING -p udp -j TEE --gateway fec0::16");
    wall.fromGuest(Lab.ipv6("fec0::15", "2001:db8::7", 17, 64, Lab.udp(1, 53, new byte[4])));
    assertThat(wall.reachedWorld()).isEqualTo(1);
    byte[] copy = toOther();
    assertThat(copy[7]).isEqualTo((byte) 63);
    assertThat(Bytes.i64(copy, 32)).isEqualTo(7);
  }

  /** Guest B asks for the appliance, so that it is known. */
  private static byte[] neighbour() {
    byte[] body = new byte[32];
    body[0] = (byte) 135;
    Bytes.put64(body, 8, 0xfec0L << 48);
    Bytes.put64(body, 16, 2);
    body[24] = 1;
    body[25] = 1;
    Bytes.put48(body, 26, Lab.GUEST_B);
    byte[] packet = Lab.ipv6("fec0::16", "ff02::1:ff00:2", 58, 255, body);
    return Lab.ethernet(0x3333ff000002L, Lab.GUEST_B, 0x86dd, packet);
  }

  @Test
  void bridgedPacketsAreCopied() {
    wall.rule("iptables -A FORWARD -m physdev --physdev-is-bridged -j TEE --gateway 192.0.2.9");
    wall.fromGuestToOther(udp(GUEST, OTHER, 9));
    assertThat(wall.reachedOther()).isEqualTo(1);
    assertThat(wall.reachedWorld()).isEqualTo(1);
  }
}
