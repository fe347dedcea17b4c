package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.TcpState;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What tracking makes of the packets that go through the appliance. */
class TrackingTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int SYN = Tcp.SYN;
  private static final int ACK = Tcp.ACK;
  private static final int FIN = Tcp.FIN | Tcp.ACK;
  private static final int RST = Tcp.RST;
  private static final int CLIENT = 4000;
  private static final int SERVER = 443;
  private static final String GUEST6 = "fec0::15";
  private static final String WORLD6 = "2001:db8::7";

  private final Firewall wall = new Firewall();
  private final Conntrack conntrack = wall.lab.stack.netfilter().conntrack();

  TrackingTest() {
    for (String program : new String[] {"iptables", "ip6tables"}) {
      wall.rule(program + " -t nat -A POSTROUTING -o nowhere -j MASQUERADE");
    }
  }

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  private static byte[] segment(
      String from, String to, int fromPort, int toPort, int flags, long seq, long ack, int bytes) {
    byte[] body = new byte[20 + bytes];
    Bytes.put16(body, 0, fromPort);
    Bytes.put16(body, 2, toPort);
    Bytes.put32(body, 4, (int) seq);
    Bytes.put32(body, 8, (int) ack);
    Bytes.put16(body, 12, 5 << 12 | flags);
    Bytes.put16(body, 14, 1000);
    long sum = InternetChecksum.sum(body, 0, body.length);
    sum +=
        InternetChecksum.pseudo4(
            Lab.v4(from) & 0xffff_ffffL, Lab.v4(to) & 0xffff_ffffL, IpProtocol.TCP, body.length);
    Bytes.put16(body, 16, InternetChecksum.finish(sum));
    return Lab.ipv4(from, to, IpProtocol.TCP, 64, body);
  }

  /** A segment of the guest's; the server's acknowledgments are of these numbers. */
  private void client(int flags, long seq, long ack, int bytes) {
    wall.fromGuest(segment(GUEST, WORLD, CLIENT, SERVER, flags, seq, ack, bytes));
  }

  private void server(int flags, long seq, long ack, int bytes) {
    wall.lab.fromWorld(segment(WORLD, GUEST, SERVER, CLIENT, flags, seq, ack, bytes));
  }

  private Connection only() {
    assertThat(conntrack.all()).hasSize(1);
    return conntrack.all().getFirst();
  }

  private TcpState.State state() {
    TcpState tcp = only().tcp();
    assertThat(tcp).isNotNull();
    return tcp.state();
  }

  private long secondsLeft() {
    return only().left(wall.lab.loop.now()) / SECOND;
  }

  private void establish() {
    client(SYN, 1000, 0, 0);
    server(SYN | ACK, 5000, 1001, 0);
    client(ACK, 1001, 5001, 0);
  }

  private void advance(long seconds) {
    wall.lab.loop.runForMillis(seconds * 1000);
  }

  @Test
  void aConnectionOfTcpFromItsBeginningToItsEnd() {
    client(SYN, 1000, 0, 0);
    assertThat(state()).isEqualTo(TcpState.State.SYN_SENT);
    assertThat(secondsLeft()).isEqualTo(120);
    assertThat(only().has(Connection.SEEN_REPLY)).isFalse();
    server(SYN | ACK, 5000, 1001, 0);
    assertThat(state()).isEqualTo(TcpState.State.SYN_RECV);
    assertThat(secondsLeft()).isEqualTo(60);
    assertThat(only().has(Connection.SEEN_REPLY)).isTrue();
    client(ACK, 1001, 5001, 0);
    assertThat(state()).isEqualTo(TcpState.State.ESTABLISHED);
    assertThat(secondsLeft()).isEqualTo(432_000);
    assertThat(only().has(Connection.ASSURED)).isTrue();
    client(ACK, 1001, 5001, 100);
    assertThat(secondsLeft()).as("not acknowledged yet").isEqualTo(300);
    server(ACK, 5001, 1101, 0);
    assertThat(secondsLeft()).isEqualTo(432_000);
    client(FIN, 1101, 5001, 0);
    assertThat(state()).isEqualTo(TcpState.State.FIN_WAIT);
    server(ACK, 5001, 1102, 0);
    assertThat(state()).isEqualTo(TcpState.State.CLOSE_WAIT);
    server(FIN, 5001, 1102, 0);
    assertThat(state()).isEqualTo(TcpState.State.LAST_ACK);
    client(ACK, 1102, 5002, 0);
    assertThat(state()).isEqualTo(TcpState.State.TIME_WAIT);
    assertThat(secondsLeft()).isEqualTo(120);
    advance(119);
    assertThat(conntrack.size()).isEqualTo(1);
    advance(2);
    assertThat(conntrack.size()).isZero();
  }

  @Test
  void whatIsOutOfTheWindowIsInvalidAndChangesNothing() {
    establish();
    long before = conntrack.counters().invalid;
    client(ACK, 1001 + 2_000_000, 5001, 10);
    client(ACK, 1001, 5001 + 100_000, 0);
    assertThat(conntrack.counters().invalid - before).isEqualTo(2);
    client(RST, 900, 0, 0);
    assertThat(state()).as("a reset that is too old").isEqualTo(TcpState.State.ESTABLISHED);
    assertThat(secondsLeft()).isEqualTo(432_000);
    server(RST, 5001, 0, 0);
    assertThat(state()).isEqualTo(TcpState.State.CLOSE);
    assertThat(secondsLeft()).isEqualTo(10);
  }

  @Test
  void moreThanTheWindowAllowsCountsForNothingButMayBeAcknowledged() {
    client(SYN, 1000, 0, 0);
    server(SYN | ACK, 5000, 1001, 0);
    long before = conntrack.counters().invalid;
    server(ACK, 5010, 1001, 25);
    assertThat(state()).isEqualTo(TcpState.State.SYN_RECV);
    client(ACK, 1001, 5035, 0);
    assertThat(state()).isEqualTo(TcpState.State.ESTABLISHED);
    assertThat(conntrack.counters().invalid).isEqualTo(before);
  }

  @Test
  void aResetOfARuleClosesTheConnection() {
    establish();
    wall.rule("iptables -A FORWARD -p tcp --dport 443 -j REJECT --reject-with tcp-reset");
    client(ACK, 1001, 5001, 10);
    assertThat(state()).isEqualTo(TcpState.State.CLOSE);
    assertThat(secondsLeft()).isEqualTo(10);
  }

  @Test
  void theErrorForAPortWithoutProgramHasNoConnectionInTableRaw() {
    wall.rule("iptables -t raw -A OUTPUT -m conntrack --ctstate RELATED");
    wall.rule("iptables -A OUTPUT -m conntrack --ctstate RELATED");
    wall.fromGuest(Firewall.udp(GUEST, "10.0.2.2", 4999));
    wall.toGuest();
    assertThat(wall.saved("iptables"))
        .contains("[0:0] -A OUTPUT -m conntrack --ctstate RELATED")
        .contains("[1:60] -A OUTPUT -m conntrack --ctstate RELATED");
  }

  @Test
  void aDatagramMayBeShorterThanItsPacket() {
    byte[] packet = Firewall.udp(GUEST, WORLD, 53);
    byte[] longer = Arrays.copyOf(packet, packet.length + 8);
    Bytes.put16(longer, 2, longer.length);
    Bytes.put16(longer, 10, 0);
    Bytes.put16(longer, 10, InternetChecksum.finish(InternetChecksum.sum(longer, 0, 20)));
    Bytes.put16(longer, 26, 0);
    long sum = InternetChecksum.sum(longer, 20, longer.length - 20);
    sum +=
        InternetChecksum.pseudo4(
            Lab.v4(GUEST) & 0xffff_ffffL,
            Lab.v4(WORLD) & 0xffff_ffffL,
            IpProtocol.UDP,
            longer.length - 20);
    Bytes.put16(longer, 26, InternetChecksum.finishUdp(sum));
    wall.fromGuest(longer);
    assertThat(conntrack.size()).isEqualTo(1);
  }

  @Test
  void aResetInTheWindowWhoseNumberIsNotExactMayBeForged() {
    establish();
    server(RST, 5100, 0, 0);
    assertThat(state()).isEqualTo(TcpState.State.ESTABLISHED);
    assertThat(secondsLeft()).as("as CLOSE, until somebody speaks").isEqualTo(10);
    client(ACK, 1001, 5001, 0);
    assertThat(secondsLeft()).as("what it said was sent is not acknowledged").isEqualTo(300);
  }

  @Test
  void aConnectionThatNobodyTakesIsForgottenWithItsReset() {
    client(SYN, 1000, 0, 0);
    server(RST | ACK, 0, 1001, 0);
    assertThat(conntrack.size()).isZero();
  }

  @Test
  void aSynThatIsRepeatedDoesNotKeepAConnection() {
    client(SYN, 1000, 0, 0);
    advance(100);
    client(SYN, 1000, 0, 0);
    assertThat(secondsLeft()).isEqualTo(20);
  }

  @Test
  void flagsThatCannotBeAreInvalid() {
    for (int flags :
        new int[] {0, SYN | Tcp.FIN, SYN | RST, Tcp.FIN, Tcp.FIN | Tcp.URG | Tcp.PSH}) {
      client(flags, 1000, 0, 0);
    }
    assertThat(conntrack.size()).isZero();
    assertThat(conntrack.counters().invalid).isEqualTo(5);
    assertThat(wall.reachedWorld()).as("rules decide about them").isEqualTo(5);
  }

  @Test
  void aWrongChecksumIsInvalid() {
    byte[] syn = segment(GUEST, WORLD, CLIENT, SERVER, SYN, 1, 0, 0);
    syn[25] ^= 1;
    wall.fromGuest(syn);
    assertThat(conntrack.size()).isZero();
  }

  @Test
  void aConnectionIsPickedUpInItsMiddle() {
    client(ACK, 77_000, 99_000, 50);
    assertThat(state()).isEqualTo(TcpState.State.ESTABLISHED);
    assertThat(secondsLeft()).as("nobody has answered").isEqualTo(300);
    server(ACK, 99_000, 77_050, 10);
    client(ACK, 77_050, 99_010, 0);
    assertThat(only().has(Connection.ASSURED)).isTrue();
    conntrack.settings().tcpLoose = 0;
    wall.fromGuest(segment(GUEST, WORLD, CLIENT + 1, SERVER, ACK, 1, 1, 0));
    assertThat(conntrack.size()).isEqualTo(1);
  }

  @Test
  void aClientThatHasClosedMayBeginAnew() {
    establish();
    client(FIN, 1001, 5001, 0);
    server(FIN, 5001, 1002, 0);
    client(ACK, 1002, 5002, 0);
    assertThat(state()).isEqualTo(TcpState.State.TIME_WAIT);
    int id = only().id;
    client(SYN, 900_000, 0, 0);
    assertThat(state()).isEqualTo(TcpState.State.SYN_SENT);
    assertThat(only().id).isNotEqualTo(id);
  }

  @Test
  void datagramsBothWaysAreAStreamAfterAWhile() {
    wall.fromGuest(Firewall.udp(GUEST, WORLD, 53));
    assertThat(secondsLeft()).isEqualTo(30);
    byte[] answer = Lab.ipv4(WORLD, GUEST, IpProtocol.UDP, 64, Lab.udp(53, 4000, new byte[4]));
    wall.lab.fromWorld(answer);
    assertThat(only().has(Connection.SEEN_REPLY)).isTrue();
    assertThat(secondsLeft()).isEqualTo(30);
    advance(3);
    wall.lab.fromWorld(answer);
    assertThat(only().has(Connection.ASSURED)).isTrue();
    assertThat(secondsLeft()).isEqualTo(120);
    advance(121);
    assertThat(conntrack.size()).isZero();
  }

  @Test
  void aQuestionOfIcmpAndItsAnswer() {
    byte[] echo = Lab.icmp(8, 0, 0x1234_0001, new byte[8]);
    wall.fromGuest(Lab.ipv4(GUEST, WORLD, IpProtocol.ICMP, 64, echo));
    assertThat(only().has(Connection.SEEN_REPLY)).isFalse();
    byte[] answer = Lab.icmp(0, 0, 0x1234_0001, new byte[8]);
    wall.lab.fromWorld(Lab.ipv4(WORLD, GUEST, IpProtocol.ICMP, 64, answer));
    assertThat(only().has(Connection.SEEN_REPLY)).isTrue();
    byte[] unasked = Lab.icmp(0, 0, 0x9999_0001, new byte[8]);
    wall.lab.fromWorld(Lab.ipv4(WORLD, GUEST, IpProtocol.ICMP, 64, unasked));
    assertThat(conntrack.size()).as("an answer begins nothing").isEqualTo(1);
  }

  @Test
  void anErrorBelongsToWhatItQuotesAndNothingToWhatWasNeverSent() {
    client(SYN, 1000, 0, 0);
    long before = conntrack.counters().invalid;
    byte[] sent = segment(GUEST, WORLD, CLIENT, SERVER, SYN, 1000, 0, 0);
    error(Arrays.copyOf(sent, 28), GUEST);
    assertThat(conntrack.counters().invalid).isEqualTo(before);
    error(Arrays.copyOf(segment(GUEST, WORLD, 9, SERVER, SYN, 1, 0, 0), 28), GUEST);
    error(Arrays.copyOf(sent, 22), GUEST);
    error(new byte[0], GUEST);
    byte[] lies = Arrays.copyOf(sent, 28);
    lies[0] = 0x42;
    error(lies, GUEST);
    assertThat(conntrack.counters().invalid - before).as("forged or cut short").isEqualTo(4);
    assertThat(state()).isEqualTo(TcpState.State.SYN_SENT);
  }

  private void error(byte[] quoted, String to) {
    byte[] icmp = Lab.icmp(3, 1, 0, quoted);
    wall.lab.fromWorld(Lab.ipv4("192.0.2.99", to, IpProtocol.ICMP, 64, icmp));
  }

  @Test
  void whatIsDroppedLeavesNothing() {
    wall.rule("iptables -P FORWARD DROP");
    client(SYN, 1000, 0, 0);
    assertThat(conntrack.size()).isZero();
  }

  @Test
  void aFullTableGivesUpWhatWasNeverAnswered() {
    establish();
    conntrack.settings().limits.max = 50;
    for (int i = 0; i < 2000; i++) {
      wall.fromGuest(segment(GUEST, WORLD, 10_000 + i, SERVER, SYN, i, 0, 0));
    }
    assertThat(conntrack.size()).isEqualTo(50);
    assertThat(conntrack.counters().earlyDrop).isEqualTo(2000 - 49);
    assertThat(conntrack.all())
        .filteredOn(c -> c.has(Connection.ASSURED))
        .as("the established one lives on")
        .hasSize(1);
  }

  @Test
  void whoeverGotAPlaceInAFullTableIsKnownByItsAnswers() {
    conntrack.settings().limits.max = 2;
    for (int port = 1; port < 20; port++) {
      wall.fromGuest(segment(GUEST, WORLD, 9000 + port, SERVER, SYN, 1, 0, 0));
    }
    long invalid = conntrack.counters().invalid;
    wall.lab.fromWorld(segment(WORLD, GUEST, SERVER, 9019, SYN | ACK, 7, 2, 0));
    assertThat(conntrack.counters().invalid).isEqualTo(invalid);
    assertThat(conntrack.all()).filteredOn(c -> c.has(Connection.SEEN_REPLY)).hasSize(1);
  }

  @Test
  void whatIsDroppedWhenItIsTranslatedLeavesNothing() {
    wall.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    wall.ip("addr add 203.0.113.1/24 dev host0");
    wall.fromGuest(Lab.ipv4(GUEST, WORLD, 253, 64, new byte[8]));
    for (int i = 16; i < 40; i++) {
      wall.fromGuest(Lab.ipv4("10.0.2." + i, WORLD, 253, 64, new byte[8]));
    }
    assertThat(conntrack.size()).as("there is one source for all").isEqualTo(1);
    assertThat(conntrack.counters().insertFailed).isEqualTo(24);
  }

  @Test
  void headersThatLeaveNoPlaceForAFragmentAreDropped() {
    for (int second : new int[] {60, 43}) {
      byte[] first = new byte[8 + 1232];
      first[0] = 43;
      first[3] = 1;
      Bytes.put32(first, 4, second);
      first[8] = (byte) second;
      first[9] = (byte) 153;
      byte[] last = new byte[8 + 16];
      last[0] = 43;
      Bytes.put16(last, 2, 1232);
      Bytes.put32(last, 4, second);
      last[8] = 17;
      wall.fromGuest(Lab.ipv6(GUEST6, WORLD6, 44, 64, first));
      wall.fromGuest(Lab.ipv6(GUEST6, WORLD6, 44, 64, last));
      assertThat(wall.reachedWorld()).isZero();
    }
  }

  @Test
  void fragmentsOfOneGuestDoNotKeepThoseOfOthersOut() {
    byte[] whole = Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, Lab.udp(4000, 53, new byte[2000]));
    for (int id = 0; id < 300; id++) {
      byte[] lone = fragment(whole, 0, 1008, true);
      Bytes.put16(lone, 4, 1000 + id);
      Bytes.put16(lone, 10, 0);
      Bytes.put16(lone, 10, InternetChecksum.finish(InternetChecksum.sum(lone, 0, 20)));
      wall.fromGuest(lone);
    }
    wall.lab.fromB(
        Lab.ethernet(Lab.APPLIANCE, Lab.GUEST_B, EtherType.IPV4, fragment(whole, 0, 1008, true)));
    wall.lab.fromB(
        Lab.ethernet(
            Lab.APPLIANCE, Lab.GUEST_B, EtherType.IPV4, fragment(whole, 1008, 1000, false)));
    assertThat(wall.reachedWorld()).isEqualTo(2);
  }

  @Test
  void aTableFullOfConversationsTakesNoMore() {
    establish();
    conntrack.settings().limits.max = 1;
    wall.reachedWorld();
    wall.fromGuest(segment(GUEST, WORLD, 10_000, SERVER, SYN, 1, 0, 0));
    assertThat(wall.reachedWorld()).isZero();
    assertThat(conntrack.counters().drop).isEqualTo(1);
    client(ACK, 1001, 5001, 10);
    assertThat(wall.reachedWorld()).isEqualTo(1);
  }

  @Test
  void fragmentsAreJoinedAndLeaveAsTheyCame() {
    byte[] whole = Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, Lab.udp(4000, 53, new byte[2000]));
    byte[] first = fragment(whole, 0, 1008, true);
    byte[] second = fragment(whole, 1008, 1000, false);
    wall.fromGuest(second);
    assertThat(wall.reachedWorld()).isZero();
    wall.fromGuest(first);
    List<byte[]> out = List.copyOf(wall.lab.toWorld);
    assertThat(out).hasSize(2);
    assertThat(out.getFirst()).as("as long as they came").hasSize(1028);
    assertThat(Bytes.u16(out.getFirst(), 6)).isEqualTo(0x2000);
    assertThat(Bytes.u16(out.getLast(), 6)).isEqualTo(1008 / 8);
    assertThat(only().protocol()).isEqualTo(IpProtocol.UDP);
    wall.reachedWorld();
  }

  private static byte[] fragment(byte[] whole, int offset, int length, boolean more) {
    byte[] body = Arrays.copyOfRange(whole, 20 + offset, 20 + offset + length);
    byte[] ip = Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, body);
    Bytes.put16(ip, 6, offset / 8 | (more ? 0x2000 : 0));
    Bytes.put16(ip, 10, 0);
    Bytes.put16(ip, 10, InternetChecksum.finish(InternetChecksum.sum(ip, 0, 20)));
    return ip;
  }

  @Test
  void anIpv6PacketInFragmentsKeepsItsExtensionHeaders() {
    byte[] options = {17, 0, 1, 4, 0, 0, 0, 0}; // hop by hop, padding
    byte[] datagram = Lab.udp(4000, 53, new byte[2000]);
    Bytes.put16(datagram, 6, 0);
    long sum = InternetChecksum.sum(datagram, 0, datagram.length);
    sum += pseudo(datagram.length);
    Bytes.put16(datagram, 6, InternetChecksum.finishUdp(sum));
    wall.lab.fromA(ipv6Fragment(options, datagram, 0, 1008, true));
    assertThat(wall.reachedWorld()).isZero();
    wall.lab.fromA(ipv6Fragment(options, datagram, 1008, 1000, false));
    List<byte[]> out = List.copyOf(wall.lab.toWorld);
    assertThat(out).hasSize(2);
    for (byte[] piece : out) {
      assertThat(Bytes.u8(piece, 6)).as("options first").isEqualTo(0);
      assertThat(Bytes.u8(piece, 40)).as("then the fragment header").isEqualTo(44);
      assertThat(Bytes.u8(piece, 48)).as("then what is cut").isEqualTo(17);
    }
    assertThat(Bytes.u16(out.getFirst(), 50)).isEqualTo(1);
    assertThat(Bytes.u16(out.getLast(), 50)).isEqualTo(1008);
    assertThat(out.getFirst()).as("as long as it came").hasSize(40 + 8 + 8 + 1008);
    assertThat(only().protocol()).isEqualTo(IpProtocol.UDP);
    wall.reachedWorld();
  }

  @Test
  void anIpv6FragmentThatIsTheWholeLosesItsFragmentHeader() {
    byte[] options = {17, 0, 1, 4, 0, 0, 0, 0};
    byte[] datagram = Lab.udp(4000, 53, new byte[10]);
    Bytes.put16(datagram, 6, 0);
    long sum = InternetChecksum.sum(datagram, 0, datagram.length) + pseudo(datagram.length);
    Bytes.put16(datagram, 6, InternetChecksum.finishUdp(sum));
    wall.lab.fromA(ipv6Fragment(options, datagram, 0, datagram.length, false));
    byte[] out = wall.lab.toWorld.removeFirst();
    assertThat(out).hasSize(40 + 8 + datagram.length);
    assertThat(Bytes.u16(out, 4)).isEqualTo(8 + datagram.length);
    assertThat(Bytes.u8(out, 6)).as("options first").isEqualTo(0);
    assertThat(Bytes.u8(out, 40)).as("then what was in the fragment").isEqualTo(17);
    assertThat(Arrays.copyOfRange(out, 48, out.length)).isEqualTo(datagram);
    assertThat(only().protocol()).isEqualTo(IpProtocol.UDP);
  }

  private static long pseudo(int length) {
    IpAddress from = IpAddress.parse(GUEST6);
    IpAddress to = IpAddress.parse(WORLD6);
    return InternetChecksum.pseudo6(from.hi(), from.lo(), to.hi(), to.lo(), IpProtocol.UDP, length);
  }

  private static byte[] ipv6Fragment(
      byte[] options, byte[] datagram, int offset, int length, boolean more) {
    byte[] body = new byte[options.length + 8 + length];
    System.arraycopy(options, 0, body, 0, options.length);
    body[0] = 44;
    int at = options.length;
    body[at] = 17;
    Bytes.put16(body, at + 2, offset | (more ? 1 : 0));
    Bytes.put32(body, at + 4, 4711);
    System.arraycopy(datagram, offset, body, at + 8, length);
    byte[] ip = Lab.ipv6(GUEST6, WORLD6, 0, 64, body);
    return Lab.ethernet(Lab.APPLIANCE, Lab.GUEST_A, EtherType.IPV6, ip);
  }
}
