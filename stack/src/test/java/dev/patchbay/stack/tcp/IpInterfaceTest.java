package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.Lab.APPLIANCE;
import static dev.patchbay.stack.Lab.GUEST_A;
import static dev.patchbay.stack.Lab.ethernet;
import static dev.patchbay.stack.Lab.icmp;
import static dev.patchbay.stack.Lab.ipv4;
import static dev.patchbay.stack.Lab.ipv6;
import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.Tcp;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What TCP and IP ask of each other (RFC 9293 section 3.9.2), frame by frame: addresses, IP
 * options, ICMP, time to live, Diffserv. Guest A is 10.0.2.15, the appliance 10.0.2.2.
 */
class IpInterfaceTest extends HandlerLog {
  private static final String GUEST = "10.0.2.15";
  private static final String OURS = "10.0.2.2";
  private static final int PORT = 80;
  private static final int GUEST_PORT = 4000;

  private final Lab lab = new Lab();
  private final TcpEngine engine = lab.stack.tcp();
  private @Nullable TcpSocket socket;

  /** Initial sequence number of the appliance's last SYN. */
  private int iss;

  @BeforeEach
  void listen() {
    lab.introduceA();
    engine.listen(0, 0, PORT, syn -> socket = syn.accept(this));
  }

  @AfterEach
  void nothingLeaks() {
    if (socket != null) {
      socket.abort();
    }
    lab.loop.turn();
    lab.close();
  }

  private TcpSocket socket() {
    return Objects.requireNonNull(socket);
  }

  private byte[] bytes(String from, String to, Segment s) {
    byte[] b = new byte[20 + 40 + (s.length == null ? 0 : s.length)];
    Bytes.put32(b, 0, GUEST_PORT << 16 | PORT);
    Bytes.put32(b, 4, s.seq == null ? 0 : s.seq);
    Bytes.put32(b, 8, s.ack == null ? 0 : iss + s.ack);
    int end = s.emitOptions(b, 20, iss);
    Bytes.put32(b, 12, end / 4 << 28 | s.flags << 16 | 65_535);
    end += s.length == null ? 0 : s.length;
    IpAddress a = IpAddress.parse(from);
    IpAddress z = IpAddress.parse(to);
    long sum = InternetChecksum.pseudo(a.hi(), a.lo(), z.hi(), z.lo(), 6, end);
    Bytes.put16(b, 16, InternetChecksum.finish(sum + InternetChecksum.sum(b, 0, end)));
    return Arrays.copyOf(b, end);
  }

  private void send(long mac, String from, String to, Segment s) {
    if (to.indexOf(':') < 0) {
      lab.fromA(ethernet(mac, GUEST_A, EtherType.IPV4, ipv4(from, to, 6, 64, bytes(from, to, s))));
    } else {
      lab.fromA(ethernet(mac, GUEST_A, EtherType.IPV6, ipv6(from, to, 6, 64, bytes(from, to, s))));
    }
  }

  private void send(Segment s) {
    send(APPLIANCE, GUEST, OURS, s);
  }

  private Segment expect(Segment wanted) {
    byte[] frame = lab.nextToA();
    if ((Bytes.u8(frame, 47) & 2) != 0) {
      iss = Bytes.i32(frame, 38);
    }
    int length = 14 + Bytes.u16(frame, 16);
    Segment actual = Segment.parse(frame, 34, length, iss, 0).tos(frame[15] & 0xff).hops(frame[22]);
    assertThat(wanted.mismatch(actual)).isNull();
    return actual;
  }

  private TcpSocket established() {
    send(tcp().syn().seq(0).mss(1000));
    expect(tcp().syn().seq(0).ack(1));
    send(tcp().seq(1).ack(1));
    assertThat(events).containsExactly("connected");
    return socket();
  }

  private TcpSocket write(int bytes) {
    assertThat(socket().write(new byte[bytes], 0, bytes)).isEqualTo(bytes);
    lab.loop.turn();
    return socket();
  }

  private long drops(DropReason reason) {
    return lab.pool.drops(reason);
  }

  // ---- addresses

  /** MUST-57. The frame may be a broadcast or not. */
  @ParameterizedTest
  @ValueSource(strings = {"10.0.2.255", "255.255.255.255", "224.0.0.1", "ff02::1"})
  void aSynToAGroupOrABroadcastIsNotAnswered(String to) {
    String from = to.indexOf(':') < 0 ? GUEST : "fec0::15";
    for (long mac : new long[] {APPLIANCE, Addresses.MAC_BROADCAST}) {
      send(mac, from, to, tcp().syn().seq(0).mss(1000));
    }
    assertThat(lab.toA).isEmpty();
    assertThat(socket).isNull();
    assertThat(engine.counters().passiveOpens).isZero();
    assertThat(drops(DropReason.TCP_INVALID_SYN)).isOne();
    assertThat(drops(DropReason.UNICAST_IN_L2_MULTICAST)).isOne();
  }

  /** RFC 1122 section 4.2.3.10: the same holds for any other segment. */
  @ParameterizedTest
  @ValueSource(strings = {"10.0.2.255", "255.255.255.255", "224.0.0.1", "ff02::1"})
  void nothingElseToAGroupOrABroadcastIsAnswered(String to) {
    String from = to.indexOf(':') < 0 ? GUEST : "fec0::15";
    send(APPLIANCE, from, to, tcp().seq(1).ack(1).len(10));
    send(APPLIANCE, from, to, tcp().fin().seq(1));
    send(APPLIANCE, from, to, tcp().seq(1).len(10));
    assertThat(lab.toA).isEmpty();
    assertThat(engine.counters().outRsts).isZero();
  }

  @Test
  void aSynToUsInABroadcastFrameIsNotAnswered() {
    send(Addresses.MAC_BROADCAST, GUEST, OURS, tcp().syn().seq(0));
    assertThat(lab.toA).isEmpty();
    assertThat(drops(DropReason.UNICAST_IN_L2_MULTICAST)).isOne();
  }

  /** MUST-63, by the IP layer. */
  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.2.255", "10.0.2.2", "255.255.255.255", "224.0.0.1", "127.0.0.1", "0.0.0.0"})
  void aSynFromAnInvalidSourceIsNotAnswered(String from) {
    send(APPLIANCE, from, OURS, tcp().syn().seq(0).mss(1000));
    assertThat(lab.toA).isEmpty();
    assertThat(lab.toWorld).isEmpty();
    assertThat(engine.counters().passiveOpens).isZero();
    assertThat(drops(DropReason.IP_INVALID_SOURCE)).isOne();
  }

  /** MUST-46. */
  @ParameterizedTest
  @ValueSource(strings = {"10.0.2.255", "255.255.255.255", "224.0.0.1", "0.0.0.0", "ff02::1", "::"})
  void anOpenToAnInvalidAddressIsRefused(String to) {
    IpAddress from = IpAddress.parse(to.indexOf(':') < 0 ? OURS : "fec0::2");
    IpAddress a = IpAddress.parse(to);
    assertThat(engine.connect(from.hi(), from.lo(), 0, a.hi(), a.lo(), PORT, this)).isNull();
    lab.loop.turn();
    assertThat(lab.toA).isEmpty();
    assertThat(lab.toB).isEmpty();
    assertThat(lab.toWorld).isEmpty();
    assertThat(engine.counters().activeOpens).isZero();
  }

  /** MUST-44. */
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 10.0.2.15, 10.0.2.2", "::, 10.0.2.15, 10.0.2.2", "0.0.0.0, 192.0.2.1, 10.0.2.2",
    "::, fec0::15, fec0::2", "::, 2001:db8::1, fec0::2", "0.0.0.0, 10.0.2.2, 10.0.2.2",
  })
  void anOpenWithoutLocalAddressAsksIpForOne(String none, String to, String chosen) {
    IpAddress any = IpAddress.parse(none);
    IpAddress peer = IpAddress.parse(to);
    socket = engine.connect(any.hi(), any.lo(), 0, peer.hi(), peer.lo(), GUEST_PORT, this);
    assertThat(new IpAddress(socket().localHi(), socket().localLo()))
        .isEqualTo(IpAddress.parse(chosen));
    lab.loop.turn();
    lab.toA.clear();
    lab.toB.clear();
    lab.toWorld.clear();
  }

  /** MUST-43 and MUST-45: the address that was asked for, in all that is sent. */
  @Test
  void theLocalAddressIsTheOneOfTheOpenForAsLongAsTheConnectionLives() {
    long us = IpAddress.parse(OURS).lo();
    long guest = IpAddress.parse(GUEST).lo();
    socket = engine.connect(0, us, 1234, 0, guest, GUEST_PORT, this);
    for (int i = 0; i < 3; i++) {
      lab.loop.runForMillis(1000L << i);
      byte[] frame = lab.nextToA();
      assertThat(Bytes.i32(frame, 26)).isEqualTo(Lab.v4(OURS));
      assertThat(Bytes.i32(frame, 30)).isEqualTo(Lab.v4(GUEST));
      assertThat(Bytes.i32(frame, 34)).isEqualTo(1234 << 16 | GUEST_PORT);
    }
    lab.toA.clear();
  }

  /** MUST-43: a listener of one address does not take what is for another. */
  @Test
  void aListenerOfOneAddressServesThatAlone() {
    IpAddress other = IpAddress.parse("10.0.2.3");
    engine.listen(other.hi(), other.lo(), 81, syn -> socket = syn.accept(this));
    byte[] syn = bytes(GUEST, OURS, tcp().syn().seq(0));
    Bytes.put16(syn, 2, 81);
    Bytes.put16(syn, 16, 0);
    long sum =
        InternetChecksum.pseudo4(
            IpAddress.parse(GUEST).lo(), IpAddress.parse(OURS).lo(), 6, syn.length);
    Bytes.put16(syn, 16, InternetChecksum.finish(sum + InternetChecksum.sum(syn, 0, syn.length)));
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, ipv4(GUEST, OURS, 6, 64, syn)));
    expect(tcp().rst().seq(0).ack(1));
    assertThat(socket).isNull();
  }

  // ---- PSH, frame by frame

  /** MUST-61: SEND has no PUSH here; the last segment of what was written has the bit. */
  @Test
  void onlyTheLastSegmentOfWhatWasWrittenIsPushed() {
    established();
    write(2500);
    assertThat(expect(tcp().ack(1).len(1000)).flags & Tcp.PSH).isZero();
    assertThat(expect(tcp().ack(1).len(1000)).flags & Tcp.PSH).isZero();
    assertThat(expect(tcp().ack(1).len(500)).flags & Tcp.PSH).isEqualTo(Tcp.PSH);
    send(tcp().seq(1).ack(2501));
    // SHLD-27: two writes, one push
    socket().write(new byte[300], 0, 300);
    write(400);
    assertThat(expect(tcp().ack(1).len(700)).flags & Tcp.PSH).isEqualTo(Tcp.PSH);
    assertThat(lab.toA).isEmpty();
  }

  /** SHLD-28, and MUST-61 where the window holds the rest back: it is not the last. */
  @Test
  void whatIsNotTheEndIsSentInFullSegmentsWithoutPush() {
    established();
    write(30_000);
    for (int i = 0; i < 10; i++) {
      assertThat(expect(tcp().ack(1).len(1000)).flags & Tcp.PSH).isZero();
    }
    assertThat(lab.toA).isEmpty();
    for (int acked = 10_001; acked < 30_001; acked += 10_000) {
      send(tcp().seq(1).ack(acked));
    }
    int last = 0;
    while (!lab.toA.isEmpty()) {
      assertThat(last & Tcp.PSH).isZero();
      last = expect(tcp().ack(1).len(1000)).flags;
    }
    assertThat(last & Tcp.PSH).isEqualTo(Tcp.PSH);
  }

  // ---- fields of the IP header

  /** MUST-49. */
  @Test
  void theTimeToLiveIsConfigurable() {
    assertThat(expectAfter(established(), 100).hops).as("by default").isEqualTo(64);
    socket().ttl(7);
    assertThat(expectAfter(socket(), 100).hops).isEqualTo(7);
    socket().abort();
    lab.loop.turn();
    assertThat(expect(tcp().rst().ack(1)).hops).isEqualTo(7);
  }

  private Segment expectAfter(TcpSocket s, int bytes) {
    s.noDelay(true);
    write(bytes);
    return expect(tcp().ack(1).len(bytes));
  }

  /** MUST-48, SHLD-21, SHLD-22: six bits as they are; the other two are ECN's. */
  @Test
  void theDiffservFieldGoesDownUnchangedAndMayChange() {
    assertThat(expectAfter(established(), 100).tos).isZero();
    for (int field = 0; field < 0x100; field += 4) {
      socket().tos(field | 3);
      assertThat(expectAfter(socket(), 10).tos).isEqualTo(field);
    }
  }

  /** MUST-50: router alert, time stamps, record route, and one that nobody knows. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "94040000",
        "440c05010000000000000000",
        "07070400000000",
        "01010100",
        "00010203",
        "9e0400ff"
      })
  void ipOptionsThatTcpDoesNotKnowAreIgnored(String hex) {
    sendWithOptions(hex);
    expect(tcp().syn().seq(0).ack(1));
    assertThat(socket().state()).isEqualTo(TcpState.SYN_RECEIVED);
  }

  /**
   * MUST-51 to MUST-53 and SHLD-24 are not done: source routes, loose and strict, are dropped as by
   * Linux, whose {@code accept_source_route} is 0 (RFC 7126 sections 4.3 and 4.4 advise it).
   */
  @ParameterizedTest
  @ValueSource(strings = {"83070c0a000263", "89070c0a000263", "0183070c0a000263"})
  void aSourceRouteIsDropped(String hex) {
    sendWithOptions(hex);
    assertThat(lab.toA).isEmpty();
    assertThat(socket).isNull();
    assertThat(drops(DropReason.IP_INHDR)).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {"94000000", "94010000", "94090000", "01010194"})
  void ipOptionsThatAreCutShortAreAnsweredByParameterProblem(String hex) {
    sendWithOptions(hex);
    byte[] error = lab.nextToA();
    assertThat(Bytes.u16(error, 34)).as("type and code").isEqualTo(12 << 8);
    // RFC 792: the pointer identifies the octet where the error was detected
    assertThat(Bytes.u8(error, 38)).isEqualTo(hex.startsWith("94") ? 20 : 23);
    assertThat(lab.toA).isEmpty();
    assertThat(lab.stack.counters(true).inHdrErrors).isOne();
    assertThat(drops(DropReason.IP_INHDR)).isOne();
  }

  private void sendWithOptions(String hex) {
    byte[] options = new byte[(hex.length() / 2 + 3) / 4 * 4];
    for (int i = 0; i < hex.length() / 2; i++) {
      options[i] = (byte) Integer.parseInt(hex, 2 * i, 2 * i + 2, 16);
    }
    byte[] segment = bytes(GUEST, OURS, tcp().syn().seq(0).mss(1000));
    byte[] body = Arrays.copyOf(options, options.length + segment.length);
    System.arraycopy(segment, 0, body, options.length, segment.length);
    byte[] ip = ipv4(GUEST, OURS, 6, 64, body);
    int header = 20 + options.length;
    Bytes.put8(ip, 0, 0x40 | header / 4);
    Bytes.put16(ip, 10, 0);
    Bytes.put16(ip, 10, InternetChecksum.finish(InternetChecksum.sum(ip, 0, header)));
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, ip));
  }

  // ---- ICMP

  /** An error about the segment of ours that stands at {@code sequence}. */
  private void icmpError(int type, int code, int rest, int sequence) {
    byte[] quoted = ipv4(OURS, GUEST, 6, 64, new byte[8]);
    Bytes.put32(quoted, 20, PORT << 16 | GUEST_PORT);
    Bytes.put32(quoted, 24, iss + sequence);
    byte[] message = icmp(type, code, rest, quoted);
    byte[] ip = ipv4(GUEST, OURS, 1, 64, message);
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, ip));
  }

  /**
   * MUST-54, MUST-56, SHLD-25: soft errors do not abort; why is told where the connection dies of
   * it. SHLD-26 would have 2 to 4 abort it: Linux does not (RFC 5461).
   */
  @ParameterizedTest
  @CsvSource({
    "3, 0", "3, 1", "3, 5", "3, 2", "3, 3", "3, 13", "11, 0", "11, 1", "12, 0",
  })
  void noIcmpErrorAbortsAConnectionThatStands(int type, int code) {
    established().userTimeout(5_000_000_000L);
    write(100);
    lab.toA.clear();
    icmpError(type, code, 0, 1);
    assertThat(socket().state()).isEqualTo(TcpState.ESTABLISHED);
    // the peer is there after all
    send(tcp().seq(1).ack(101));
    assertThat(socket().info().flight()).isZero();
    write(100);
    icmpError(type, code, 0, 101);
    lab.loop.runForMillis(6000);
    lab.toA.clear();
    assertThat(events).containsExactly("connected", "closed UNREACHABLE");
  }

  /** MUST-54: of several connections only the one that is quoted hears of it. */
  @Test
  void anIcmpErrorReachesTheConnectionThatCausedIt() {
    TcpSocket other = established();
    other.userTimeout(5_000_000_000L);
    write(100);
    long us = IpAddress.parse(OURS).lo();
    long guest = IpAddress.parse(GUEST).lo();
    TcpSocket opening =
        Objects.requireNonNull(engine.connect(0, us, PORT, 0, guest, GUEST_PORT + 1, this));
    lab.loop.turn();
    byte[] quoted = ipv4(OURS, GUEST, 6, 64, new byte[8]);
    Bytes.put32(quoted, 20, PORT << 16 | GUEST_PORT + 1);
    Bytes.put32(quoted, 24, opening.iss);
    byte[] ip = ipv4(GUEST, OURS, 1, 64, icmp(3, 1, 0, quoted));
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, ip));
    assertThat(events).containsExactly("connected", "closed UNREACHABLE");
    assertThat(opening.state()).isEqualTo(TcpState.CLOSED);
    assertThat(other.state()).isEqualTo(TcpState.ESTABLISHED);
    lab.loop.runForMillis(6000);
    lab.toA.clear();
    assertThat(events).endsWith("closed TIMED_OUT");
  }

  /** At the end of the turn, as all that a handler is told. */
  @Test
  void anErrorIsToldAtTheEndOfTheTurn() {
    established().settings().receiveErrors = true;
    write(100);
    lab.toA.clear();
    long us = IpAddress.parse(OURS).lo();
    long guest = IpAddress.parse(GUEST).lo();
    int ports = PORT << 16 | GUEST_PORT;
    engine.icmpError(IcmpErrorKind.UNREACHABLE_SOFT, 113, 0, 0, us, 0, guest, ports, iss + 1);
    assertThat(events).containsExactly("connected");
    lab.loop.turn();
    assertThat(events).containsExactly("connected", "error 113");
  }

  /** MUST-55, RFC 6633. */
  @Test
  void sourceQuenchIsSilentlyDiscarded() {
    TcpSocket s = established();
    write(5000);
    lab.toA.clear();
    int cwnd = s.cwnd;
    icmpError(4, 0, 0, 1);
    assertThat(lab.toA).isEmpty();
    assertThat(s.cwnd).isEqualTo(cwnd);
    assertThat(s.softError).isFalse();
  }

  /** MUST-54 for RFC 1191: code 4 is about the length alone. */
  @Test
  void fragmentationNeededMakesSegmentsShorter() {
    TcpSocket s = established();
    write(2000);
    lab.toA.clear();
    icmpError(3, 4, 600, 1);
    assertThat(s.info().sendMss()).isEqualTo(560);
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(lab.nextToA()).hasSize(14 + 600);
    lab.toA.clear();
  }

  /**
   * MUST-20 (a): advice to IP when retransmissions go on. Routes are looked up for each packet and
   * nothing is cached but the neighbour, which is asked again by itself (RFC 4861 section 7.3.3).
   */
  @Test
  void aNeighbourWhoseEthernetAddressChangedIsFoundAgainWhileSegmentsAreRepeated() {
    established();
    lab.loop.runForMillis(120_000);
    lab.toA.clear();
    write(100);
    long moved = GUEST_A + 0x100;
    boolean found = false;
    for (int i = 0; i < 60 && !found; i++) {
      lab.loop.runForMillis(500);
      for (byte[] frame = lab.toA.poll(); frame != null; frame = lab.toA.poll()) {
        boolean request = Bytes.u16(frame, 12) == EtherType.ARP && Bytes.u16(frame, 20) == 1;
        if (request && Bytes.u48(frame, 0) == Addresses.MAC_BROADCAST) {
          lab.fromA(Lab.arp(2, moved, Lab.v4(GUEST), APPLIANCE, Lab.v4(OURS)));
        }
        found |= Bytes.u48(frame, 0) == moved && Bytes.u16(frame, 12) == EtherType.IPV4;
      }
    }
    assertThat(found).as("a segment to the new address").isTrue();
    assertThat(socket().state()).isEqualTo(TcpState.ESTABLISHED);
  }

  // ---- the user
}
