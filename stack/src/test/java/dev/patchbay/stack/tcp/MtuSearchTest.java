package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * What is found above the length that a black hole left (RFC 4821 section 7, Linux's {@code
 * tcp_mtu_probe}).
 */
class MtuSearchTest {
  private static final long MS = 1_000_000;

  private final TcpTester t = new TcpTester();

  /** A connection that has found 1064 bytes to get through, with room for twenty segments. */
  private TcpSocket afterHole() {
    TcpSocket s = t.established(tcp().mss(1460).sackOk());
    s.sendBuffer(1 << 20);
    t.write(1460);
    while (s.info().pathMtu() > 1064) {
      t.after(10);
    }
    t.clearSent();
    t.send(tcp().seq(1).ack(1461));
    t.clearSent();
    assertThat(s.info().sendMss()).isEqualTo(1024);
    return wide(s);
  }

  /** A window of twenty segments, and something sent lately, so that it is not taken back. */
  private TcpSocket wide(TcpSocket s) {
    t.write(1024);
    t.send(tcp().seq(1).ack(s.sndNxt - s.iss));
    t.clearSent();
    s.cwnd = 20 * 1024;
    s.ssthresh = s.cwnd;
    return s;
  }

  @Test
  void aLongerSegmentGoesFirstAndMakesTheOthersLonger() {
    TcpSocket s = afterHole();
    t.write(40_000);
    // halfway between 1064 and 1500
    t.expect(tcp().seq(2485).ack(1).len(1242));
    t.expect(tcp().seq(3727).ack(1).len(18 * 1024));
    assertThat(s.info().sendMss()).isEqualTo(1024);
    t.send(tcp().seq(1).ack(3727));
    assertThat(s.info().pathMtu()).isEqualTo(1282);
    assertThat(s.info().sendMss()).isEqualTo(1242);
    assertThat(t.engine.counters().tcpMtupSuccess).isOne();
    // the next one waits until it has room, and nothing else goes before it
    t.expectNothing();
    t.send(tcp().seq(1).ack(3727 + 4 * 1024));
    t.expect(tcp().seq(3727 + 18 * 1024).ack(1).len(1351));
    t.clearSent();
    t.end();
  }

  @Test
  void aLostProbeIsRepairedInShortOnesAndCostsNoWindow() {
    TcpSocket s = afterHole();
    t.write(40_000);
    t.expect(tcp().seq(2485).ack(1).len(1242));
    int window = s.cwnd;
    int threshold = s.ssthresh;
    int end = s.sndNxt - s.iss;
    t.clearSent();
    t.send(tcp().seq(1).ack(2485).sack(3727, 3727 + 4 * 1024));
    t.expect(tcp().seq(2485).ack(1).len(1242)); // which the device cuts
    t.clearSent();
    t.send(tcp().seq(1).ack(end));
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.OPEN);
    assertThat(s.cwnd).isGreaterThanOrEqualTo(window);
    assertThat(s.ssthresh).isGreaterThanOrEqualTo(threshold);
    assertThat(s.info().sendMss()).isEqualTo(1024);
    assertThat(t.engine.counters().tcpMtupFail).isOne();
    // and then halfway below
    assertThat(t.next().length).isEqualTo((1064 + 1281) / 2 - 40);
    t.clearSent();
    t.end();
  }

  @Test
  void aTimeoutSaysNothingOfTheProbe() {
    TcpSocket s = afterHole();
    t.write(40_000);
    t.expect(tcp().seq(2485).ack(1).len(1242));
    t.clearSent();
    while (s.phase != LossRecovery.Phase.LOSS) {
      t.after(10);
    }
    t.clearSent();
    t.send(tcp().seq(1).ack(s.sndNxt - s.iss));
    assertThat(s.info().sendMss()).isEqualTo(1024);
    assertThat(t.engine.counters().tcpMtupSuccess).isZero();
    assertThat(t.engine.counters().tcpMtupFail).isZero();
    t.clearSent();
    t.end();
  }

  @Test
  void aProbeAmongOtherLossesSaysNothing() {
    TcpSocket s = afterHole();
    t.write(2048);
    t.expect(tcp().seq(2485).ack(1).len(2048));
    t.write(40_000);
    t.expect(tcp().seq(4533).ack(1).len(1242));
    t.clearSent();
    t.send(tcp().seq(1).ack(2485).sack(5775, 5775 + 4 * 1024));
    assertThat(s.ssthresh).as("this is congestion").isLessThan(20 * 1024);
    t.send(tcp().seq(1).ack(s.sndNxt - s.iss));
    assertThat(s.info().sendMss()).isEqualTo(1024);
    assertThat(t.engine.counters().tcpMtupSuccess).isZero();
    assertThat(t.engine.counters().tcpMtupFail).isZero();
    t.clearSent();
    t.end();
  }

  @Test
  void littleDataOrASmallWindowRisksNothing() {
    TcpSocket s = afterHole();
    t.write(1242 + 4 * 1024 - 1);
    t.expect(tcp().seq(2485).ack(1).len(1242 + 4 * 1024 - 1));
    t.send(tcp().seq(1).ack(s.sndNxt - s.iss));
    s.cwnd = 10 * 1024;
    int next = s.sndNxt - s.iss;
    t.write(40_000);
    t.expect(tcp().seq(next).ack(1).len(10 * 1024));
    t.clearSent();
    t.end();
  }

  @Test
  void afterTenMinutesItIsSearchedForAnew() {
    TcpSocket s = afterHole();
    Objects.requireNonNull(s.mtuSearch).limit(1064);
    t.write(20 * 1024);
    t.expect(tcp().seq(2485).ack(1).len(20 * 1024));
    assertThat(s.mtuSearching).as("there is nothing more to be found").isFalse();
    t.send(tcp().seq(1).ack(s.sndNxt - s.iss));
    t.after(600_000);
    wide(s);
    int next = s.sndNxt - s.iss;
    t.write(40_000);
    t.expect(tcp().seq(next).ack(1).len(1242));
    t.clearSent();
    t.end();
  }

  /** A path of 1300 bytes behind links of 1500, and no ICMP. */
  @Test
  void aTransferFindsWhatThePathCarries() {
    BulkTransfer transfer = new BulkTransfer(1, 1 << 30, 1_250_000, 20 * MS, 100_000);
    transfer.links[0].hole = 1300;
    transfer.open();
    transfer.loop.runForMillis(20_000);
    TcpInfo info = transfer.socket().info();
    assertThat(info.pathMtu()).isBetween(1293, 1300);
    int before = transfer.received();
    transfer.loop.runForMillis(10_000);
    assertThat((transfer.received() - before) / 10.0)
        .as("bytes a second, of what the path carries")
        .isGreaterThan(0.98 * 1_250_000 * (1293 - 52) / 1293);
  }
}
