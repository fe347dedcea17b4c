package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.OTHER;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.ConntrackListener;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tracking of frames from one guest to another over the bridge. */
class BridgedTrackingTest {
  private final Firewall wall = new Firewall();
  private final Conntrack conntrack = wall.lab.stack.netfilter().conntrack();
  private int heard;

  BridgedTrackingTest() {
    for (String program : new String[] {"iptables", "ip6tables"}) {
      wall.rule(program + " -t nat -A POSTROUTING -o nowhere -j MASQUERADE");
    }
  }

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  @Test
  void whatIsBridgedIsTrackedOnce() {
    List<Integer> events = new ArrayList<>();
    conntrack.listen((Connection c, int what) -> events.add(what));
    wall.fromGuestToOther(Firewall.udp(GUEST, OTHER, 53));
    assertThat(wall.reachedOther()).isEqualTo(1);
    assertThat(conntrack.size()).isEqualTo(1);
    assertThat(events).containsExactly(ConntrackListener.NEW);
    byte[] answer = Lab.ipv4(OTHER, GUEST, IpProtocol.UDP, 64, Lab.udp(53, 4000, new byte[4]));
    wall.lab.fromB(Lab.ethernet(Lab.GUEST_A, Lab.GUEST_B, EtherType.IPV4, answer));
    assertThat(conntrack.size()).isEqualTo(1);
    assertThat(conntrack.all().getFirst().has(Connection.SEEN_REPLY)).isTrue();
    assertThat(events).containsExactly(ConntrackListener.NEW, ConntrackListener.REPLY);
  }

  @Test
  void dhcpToAllHasAConnectionAndNeedsNoPlaceInTheTable() {
    wall.rule("iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP");
    byte[] discover =
        Lab.ipv4("0.0.0.0", "255.255.255.255", IpProtocol.UDP, 64, Lab.udp(68, 67, new byte[240]));
    byte[] frame = Lab.ethernet(Addresses.MAC_BROADCAST, Lab.GUEST_A, EtherType.IPV4, discover);
    wall.lab.fromA(frame);
    assertThat(wall.reachedOther()).as("a server may be a guest").isEqualTo(1);
    assertThat(conntrack.size()).isEqualTo(1);
    UdpSocket server = wall.lab.stack.udp().open((socket, packet) -> heard++);
    assertThat(server.bind(0, 0, 67, null)).isTrue();
    conntrack.all().getFirst().status |= Connection.ASSURED;
    conntrack.settings().limits.max = 1;
    byte[] other = Lab.ipv4(GUEST, "10.0.2.2", IpProtocol.UDP, 64, Lab.udp(68, 67, new byte[240]));
    wall.fromGuest(other);
    assertThat(heard).as("though the table is full").isEqualTo(1);
    server.close();
  }

  @Test
  void whatIsFloodedIsTrackedOnce() {
    byte[] frame =
        Lab.ethernet(
            Addresses.MAC_BROADCAST,
            Lab.GUEST_A,
            EtherType.IPV4,
            Firewall.udp(GUEST, "10.0.2.255", 9));
    wall.lab.fromA(frame);
    assertThat(conntrack.size()).isEqualTo(1);
  }

  @Test
  void whatIsForUsOverTheBridgeIsTrackedOnce() {
    wall.fromGuest(Firewall.udp(GUEST, WORLD, 53));
    assertThat(conntrack.size()).isEqualTo(1);
    assertThat(wall.reachedWorld()).isEqualTo(1);
  }

  @Test
  void aFrameThatIsTranslatedGoesOnAsAFrame() {
    wall.rule("iptables -t nat -A PREROUTING -d 10.0.2.99 -j DNAT --to-destination " + OTHER);
    byte[] ip = Firewall.udp(GUEST, "10.0.2.99", 53);
    wall.lab.fromA(Lab.ethernet(0x020000000099L, Lab.GUEST_A, EtherType.IPV4, ip));
    byte[] out = wall.lab.toB.getFirst();
    assertThat(Bytes.u48(out, 0)).isEqualTo(Lab.GUEST_B);
    assertThat(Bytes.u48(out, 6)).isEqualTo(Lab.GUEST_A);
    assertThat(Bytes.i32(out, 14 + 16)).isEqualTo(Lab.v4(OTHER));
    assertThat(Bytes.u8(out, 14 + 8)).as("not routed").isEqualTo(64);
    assertThat(wall.reachedOther()).isEqualTo(1);
    byte[] answer = Lab.ipv4(OTHER, GUEST, IpProtocol.UDP, 64, Lab.udp(53, 4000, new byte[4]));
    wall.lab.fromB(Lab.ethernet(Lab.GUEST_A, Lab.GUEST_B, EtherType.IPV4, answer));
    assertThat(Bytes.i32(wall.toGuest(), 12)).isEqualTo(Lab.v4("10.0.2.99"));
  }

  @Test
  void aFrameThatIsTranslatedToTheWorldIsRouted() {
    wall.rule("iptables -t nat -A PREROUTING -d 10.0.2.99 -j DNAT --to-destination " + WORLD);
    byte[] ip = Firewall.udp(GUEST, "10.0.2.99", 53);
    wall.lab.fromA(Lab.ethernet(0x020000000099L, Lab.GUEST_A, EtherType.IPV4, ip));
    assertThat(wall.reachedWorld()).isEqualTo(1);
  }

  @Test
  void fragmentsCrossTheBridgeAsTheyCame() {
    byte[] whole = Lab.ipv4(GUEST, OTHER, IpProtocol.UDP, 64, Lab.udp(4000, 53, new byte[2000]));
    wall.fromGuestToOther(fragment(whole, 1008, 1000, false));
    assertThat(wall.reachedOther()).isZero();
    wall.fromGuestToOther(fragment(whole, 0, 1008, true));
    List<byte[]> out = List.copyOf(wall.lab.toB);
    assertThat(out).hasSize(2);
    byte[] first = out.getFirst();
    assertThat(first).hasSize(14 + 1028);
    assertThat(Bytes.u48(first, 0)).isEqualTo(Lab.GUEST_B);
    assertThat(Bytes.u48(first, 6)).isEqualTo(Lab.GUEST_A);
    assertThat(Bytes.u16(first, 14 + 6)).isEqualTo(0x2000);
    assertThat(Bytes.u8(first, 14 + 8)).as("not routed").isEqualTo(64);
    wall.reachedOther();
    assertThat(conntrack.size()).isEqualTo(1);
  }

  private static byte[] fragment(byte[] whole, int offset, int length, boolean more) {
    byte[] body = Arrays.copyOfRange(whole, 20 + offset, 20 + offset + length);
    byte[] ip = Lab.ipv4(GUEST, OTHER, IpProtocol.UDP, 64, body);
    Bytes.put16(ip, 6, offset / 8 | (more ? 0x2000 : 0));
    Bytes.put16(ip, 10, 0);
    Bytes.put16(ip, 10, InternetChecksum.finish(InternetChecksum.sum(ip, 0, 20)));
    return ip;
  }
}
