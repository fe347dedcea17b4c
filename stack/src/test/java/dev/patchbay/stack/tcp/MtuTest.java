package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Black holes of the path MTU (RFC 4821 section 7.7): long segments vanish, no ICMP comes. */
class MtuTest {
  private static final long TEN_MINUTES = 600_000;

  private final TcpTester t = new TcpTester();

  @AfterEach
  void nothingIsLeaked() {
    t.socket().abort();
    t.loop.turn();
    t.checkNoLeaks();
  }

  /** The retransmissions of 0.2 and 0.4 s after a handshake without delay. */
  private void twoTimeouts(int first, int second) {
    assertThat(t.awaitSent(1000)).isBetween(199L, 202L);
    t.expect(tcp().seq(1).ack(1).len(first));
    assertThat(t.awaitSent(1000)).isBetween(399L, 402L);
    t.expect(tcp().seq(1).ack(1).len(second));
  }

  @Test
  void theSecondTimeoutInARowMakesSegmentsShorter() {
    t.established(tcp().mss(1460));
    t.write(2920);
    t.expect(tcp().seq(1).ack(1).len(2920));
    twoTimeouts(1460, 1024);
    assertThat(t.socket().info().pathMtu()).isEqualTo(1064);
    assertThat(t.engine.counters().mtuBlackHoles).isOne();
    // that one gets through: what is left goes in pieces of the new length
    t.send(tcp().seq(1).ack(1025));
    t.expect(tcp().seq(1025).ack(1).len(436));
    t.expect(tcp().seq(1461).ack(1).len(1024));
    t.send(tcp().seq(1).ack(2485));
    t.expect(tcp().seq(2485).ack(1).len(436));
    t.send(tcp().seq(1).ack(2921)).expectNothing();
    // new data too
    t.write(2048);
    t.expect(tcp().seq(2921).ack(1).len(2048));
    assertThat(t.socket().info().sendMss()).isEqualTo(1024);
  }

  @Test
  void theThirdGoesDownToWhatEveryHostTakesAndNoFurther() {
    t.established(tcp().mss(1460));
    t.write(1460);
    t.expect(tcp().seq(1).ack(1).len(1460));
    twoTimeouts(1460, 1024);
    assertThat(t.awaitSent(2000)).isBetween(799L, 802L);
    t.expect(tcp().seq(1).ack(1).len(536));
    t.awaitSent(2000);
    t.expect(tcp().seq(1).ack(1).len(536));
    assertThat(t.socket().info().pathMtu()).isEqualTo(576);
    assertThat(t.engine.counters().mtuBlackHoles).isEqualTo(2);
  }

  @Test
  void timestampsCountAsPartOfThePacket() {
    t.established(tcp().mss(1460).ts(5, 0));
    t.write(1448);
    t.expect(tcp().seq(1).ack(1).len(1448));
    twoTimeouts(1448, 1012);
    assertThat(t.socket().info().pathMtu()).isEqualTo(1064);
  }

  @Test
  void shortSegmentsAreNotSuspected() {
    t.established(tcp().mss(1460));
    t.write(536);
    t.expect(tcp().seq(1).ack(1).len(536));
    twoTimeouts(536, 536);
    t.awaitSent(2000);
    assertThat(t.socket().info().pathMtu()).isEqualTo(1500);
    assertThat(t.engine.counters().mtuBlackHoles).isZero();
    t.clearSent();
  }

  @Test
  void aSingleTimeoutSaysNothing() {
    t.established(tcp().mss(1460));
    t.write(1460);
    t.next();
    t.awaitSent(1000);
    t.expect(tcp().seq(1).ack(1).len(1460));
    t.send(tcp().seq(1).ack(1461));
    t.write(1460);
    t.next();
    t.awaitSent(2000);
    t.expect(tcp().seq(1461).ack(1).len(1460));
    assertThat(t.engine.counters().tcpTimeouts).isEqualTo(2);
    assertThat(t.engine.counters().mtuBlackHoles).isZero();
  }

  @Test
  void aPeerThatTookItsWindowBackIsNotABlackHole() {
    t.established(tcp().mss(1460));
    t.write(1460);
    t.next();
    t.send(tcp().seq(1).ack(1).win(0));
    twoTimeouts(1460, 1460);
    assertThat(t.engine.counters().mtuBlackHoles).isZero();
  }

  @Test
  void switchedOffItStaysAtFullLength() {
    t.config.mtuProbing = 0;
    t.established(tcp().mss(1460));
    t.write(1460);
    t.next();
    twoTimeouts(1460, 1460);
    t.awaitSent(2000);
    t.expect(tcp().seq(1).ack(1).len(1460));
    assertThat(t.engine.counters().mtuBlackHoles).isZero();
  }

  @Test
  void thatWhatWasSentFirstArrivesLateTakesItBack() {
    t.established(tcp().mss(1460).ts(5, 0));
    t.write(1448);
    int stamp = t.next().tsVal;
    twoTimeouts(1448, 1012);
    // the ACK echoes the first transmission: the path was slow, not narrow (RFC 4015)
    t.send(tcp().seq(1).ack(1449).ts(6, stamp));
    assertThat(t.engine.counters().tcpLossUndo).isOne();
    assertThat(t.socket().info().pathMtu()).isEqualTo(1500);
    t.write(1448);
    t.expect(tcp().seq(1449).ack(1).len(1448));
  }

  @Test
  void aNeedlessTimeoutLaterSaysNothingAboutLongSegments() {
    t.established(tcp().mss(1460).ts(5, 0));
    t.write(1448);
    t.next();
    assertThat(t.awaitSent(1000)).isBetween(199L, 202L);
    t.next();
    assertThat(t.awaitSent(1000)).isBetween(399L, 402L);
    Segment shorter = t.expect(tcp().seq(1).ack(1).len(1012));
    t.send(tcp().seq(1).ack(1013).ts(6, shorter.tsVal));
    Segment rest = t.expect(tcp().seq(1013).ack(1).len(436));
    t.send(tcp().seq(1).ack(1449).ts(7, rest.tsVal));
    t.write(1012);
    Segment late = t.expect(tcp().seq(1449).ack(1).len(1012));
    t.awaitSent(3000);
    t.expect(tcp().seq(1449).ack(1).len(1012));
    t.send(tcp().seq(1).ack(2461).ts(8, late.tsVal));
    assertThat(t.engine.counters().tcpLossUndo).isOne();
    assertThat(t.socket().info().pathMtu()).isEqualTo(1064);
  }

  @Test
  void afterTenMinutesTheHoleIsNotRunIntoAgain() {
    t.established(tcp().mss(1460));
    t.write(1460);
    t.next();
    twoTimeouts(1460, 1024);
    t.send(tcp().seq(1).ack(1025));
    t.expect(tcp().seq(1025).ack(1).len(436));
    t.send(tcp().seq(1).ack(1461));
    t.after(TEN_MINUTES - 10_000);
    t.write(1024);
    t.expect(tcp().seq(1461).ack(1).len(1024));
    t.send(tcp().seq(1).ack(2485));
    assertThat(t.socket().info().pathMtu()).isEqualTo(1064);
    t.after(10_000);
    t.write(1460);
    t.expect(tcp().seq(2485).ack(1).len(1460)); // which the device cuts
    assertThat(t.socket().info().pathMtu()).as("MtuSearch tries longer ones").isEqualTo(1064);
  }

  @Test
  void whatIcmpSaidAlsoEndsAfterTenMinutes() {
    t.established(tcp().mss(1460));
    t.write(1460);
    t.next();
    tooBig(1300);
    // a long packet, which the device cuts
    t.expect(tcp().seq(1).ack(1).len(1460));
    assertThat(t.socket().info().sendMss()).isEqualTo(1260);
    t.send(tcp().seq(1).ack(1461));
    t.after(TEN_MINUTES);
    t.write(1460);
    t.expect(tcp().seq(1461).ack(1).len(1460));
    // the hole is still there
    tooBig(1300);
    t.expect(tcp().seq(1461).ack(1).len(1460));
    assertThat(t.socket().info().sendMss()).isEqualTo(1260);
  }

  @Test
  void aRouterThatDoesNotSayItsMtuLeavesItToTheTimeouts() {
    t.established(tcp().mss(1460));
    t.write(1460);
    t.next();
    tooBig(0);
    t.expectNothing();
    twoTimeouts(1460, 1024);
  }

  @Test
  void selectiveAcknowledgmentsOfShortSegmentsDoNotHideTheHole() {
    t.established(tcp().mss(1460).sackOk());
    t.socket().noDelay(true);
    t.write(2920);
    t.expect(tcp().seq(1).ack(1).len(2920));
    t.write(100);
    t.expect(tcp().seq(2921).ack(1).len(100));
    // only the short one arrives
    t.send(tcp().seq(1).ack(1).sack(2921, 3021));
    long waited = 0;
    while (t.engine.counters().mtuBlackHoles == 0 && waited < 3000) {
      waited += t.awaitSent(1000);
      t.clearSent();
    }
    assertThat(waited).isLessThan(1000);
    assertThat(t.socket().info().sendMss()).isEqualTo(1024);
  }

  private void tooBig(int mtu) {
    int ports = TcpTester.OUR_PORT << 16 | TcpTester.PEER_PORT;
    t.engine.icmpError(
        IcmpErrorKind.PACKET_TOO_BIG,
        mtu,
        0,
        TcpTester.US,
        0,
        TcpTester.PEER,
        ports,
        t.socket().sndUna);
    t.loop.turn();
  }
}
