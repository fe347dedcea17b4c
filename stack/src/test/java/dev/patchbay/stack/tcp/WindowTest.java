package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * RFC 9293 section 3.8.6: windows that are large, shrink, or are shut. Segments have 1000 bytes.
 */
class WindowTest {
  private final TcpTester t = new TcpTester();

  WindowTest() {
    t.config.congestionControl = "reno";
  }

  @AfterEach
  void noLeaks() {
    t.end();
  }

  @Test
  void theFieldIsUnsigned() {
    t.established(tcp().mss(1000).win(0xffff));
    assertThat(t.socket().info().sendWindow()).isEqualTo(65_535);
    t.send(tcp().seq(1).ack(1).win(0x8000));
    assertThat(t.socket().info().sendWindow()).isEqualTo(32_768);
  }

  @Test
  void theLargestScaledWindowIsKeptWhole() {
    t.established(tcp().mss(1000).scale(14).win(0xffff));
    assertThat(t.socket().info().sendWindow()).isEqualTo(0xffff << 14);
    t.write(10_000);
    t.expect(tcp().seq(1).ack(1).len(10_000));
  }

  @Test
  void aShiftAboveFourteenIsFourteen() {
    t.established(tcp().mss(1000).scale(200).win(1));
    assertThat(t.socket().info().sendScale()).isEqualTo(14);
    assertThat(t.socket().info().sendWindow()).isEqualTo(1 << 14);
  }

  @Test
  void aWindowThatShrinksStopsNewDataAndOldIsRepeatedWithinIt() {
    t.established();
    t.write(5000);
    t.expect(tcp().seq(1).ack(1).len(5000));
    // the right edge moves from 65536 to 2001: what is beyond it has been sent already
    t.send(tcp().seq(1).ack(1).win(2000));
    t.write(3000);
    t.expectNothing();
    long rto = t.socket().rtt.rto(0) / 1_000_000;
    assertThat(t.awaitSent(2000)).isBetween(rto - 1, rto + 2);
    t.expect(tcp().seq(1).ack(1).len(1000));
    t.send(tcp().seq(1).ack(1001).win(1000));
    t.expect(tcp().seq(1001).ack(1).len(1000));
    t.expectNothing();
    // and so the connection outlives any number of time-outs
    t.send(tcp().seq(1).ack(2001).win(6000));
    t.clearSent();
    t.send(tcp().seq(1).ack(8001).win(6000));
    assertThat(t.events).isEmpty();
    assertThat(t.socket().state()).isEqualTo(TcpState.ESTABLISHED);
  }

  /**
   * Linux's {@code tcp_acceptable_seq}: beyond the right edge the peer would not hear our ACK, and
   * both ends would send the same for ever.
   */
  @Test
  void anAckStandsWithinAWindowThatHasShrunk() {
    t.established();
    t.write(5000);
    t.expect(tcp().seq(1).ack(1).len(5000));
    // the right edge moves to 2001, and the peer has data of its own
    t.send(tcp().seq(1).ack(1).win(2000).len(10)).after(50);
    t.expect(tcp().seq(2001).ack(11));
    t.send(tcp().seq(11).ack(1).win(0).len(10)).after(50);
    t.expect(tcp().seq(1).ack(21));
    t.socket().abort();
    t.loop.turn();
    t.expect(tcp().rst().seq(1).ack(21));
  }

  /** A scaled window is told in units: less than one of them is rounding, not shrinking. */
  @Test
  void whatTheScaleRoundsAwayIsNoShrinking() {
    t.established(tcp().mss(1000).scale(7).win(100));
    t.write(5000);
    t.expect(tcp().seq(1).ack(1).len(5000));
    t.send(tcp().seq(1).ack(1001).win(31).len(10)).after(50);
    t.expect(tcp().seq(5001).ack(11));
    t.send(tcp().seq(11).ack(1001).win(30).len(10)).after(50);
    t.expect(tcp().seq(4841).ack(21));
  }

  @Test
  void aShutWindowLetsAcksAndResetsIn() {
    TcpSocket s = t.established();
    s.receiveBuffer(4096);
    int seq = 1;
    while (ReceiveWindow.offered(s) > 0) {
      int len = Math.min(1000, ReceiveWindow.offered(s));
      t.send(tcp().seq(seq).ack(1).len(len)).after(50);
      seq += len;
    }
    t.clearSent();
    t.write(100);
    t.expect(tcp().seq(1).ack(seq).win(0).len(100));
    // an ACK with urgent data that there is no room for: the ACK counts
    t.send(tcp().urg(1).seq(seq).ack(101).len(1));
    assertThat(s.info().flight()).isZero();
    assertThat(s.info().bytesAcked()).isEqualTo(100);
    assertThat(s.available()).isEqualTo(seq - 1);
    t.clearSent();
    t.send(tcp().rst().seq(seq)).expectNothing();
    assertThat(t.events).endsWith("closed RESET");
  }

  @Test
  void aShutWindowMayStayShutForADay() {
    TcpSocket s = t.established();
    t.write(1000);
    t.next();
    t.send(tcp().seq(1).ack(1001).win(0));
    t.write(1000);
    int probes = 0;
    for (int second = 0; second < 24 * 3600; second++) {
      t.after(1000);
      while (t.pendingSent() > 0) {
        t.expect(tcp().seq(1000).ack(1));
        t.send(tcp().seq(1).ack(1001).win(0));
        probes++;
      }
    }
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(probes).isBetween(24 * 30 - 2, 24 * 30 + 20);
  }
}
