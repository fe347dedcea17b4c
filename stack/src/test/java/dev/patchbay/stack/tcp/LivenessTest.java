package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * When a silent peer is asked and when it is given up: RFC 9293 sections 3.8.3 (R1, R2) and 3.8.4
 * (keep-alive), RFC 5482 (user time-out).
 */
class LivenessTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int HOUR = 3_600_000;

  private final TcpTester t = new TcpTester();

  @AfterEach
  void noLeaks() {
    t.end();
  }

  // ---- keep-alive

  /** MUST-25. */
  @Test
  void keepAliveIsOffUnlessItIsAskedFor() {
    t.established();
    t.after(72 * HOUR).expectNothing();
    assertThat(t.socket().state()).isEqualTo(TcpState.ESTABLISHED);
  }

  /** MUST-24. */
  @Test
  void keepAliveCanBeSwitchedOnAndOffForEachConnection() {
    TcpSocket s = t.established();
    s.keepAlive(true, 10 * SECOND, SECOND, 3);
    t.after(10_001);
    t.expect(tcp().seq(0).ack(1));
    t.send(tcp().seq(1).ack(1));
    s.keepAlive(false, 10 * SECOND, SECOND, 3);
    t.after(HOUR).expectNothing();
    s.keepAlive(true, 20 * SECOND, SECOND, 3);
    t.after(20_001);
    t.expect(tcp().seq(0).ack(1));
  }

  /** MUST-27 and MUST-28: Linux's two hours, then 9 probes in 75 s each. */
  @Test
  void theDefaultIntervalIsTwoHours() {
    TcpConfig c = t.config;
    TcpSocket s = t.established();
    s.keepAlive(true, c.keepAliveIdle, c.keepAliveInterval, c.keepAliveProbes);
    t.after(2 * HOUR - 1000).expectNothing();
    t.after(1001);
    t.expect(tcp().seq(0).ack(1));
    t.after(9 * 75_000 + 1000);
    for (int i = 0; i < 8; i++) {
      t.expect(tcp().seq(0).ack(1));
    }
    t.expect(tcp().rst().seq(1).ack(1));
    assertThat(t.events).containsExactly("closed TIMED_OUT");
  }

  /** MUST-26: only where nothing is outstanding and nothing was received. */
  @Test
  void onlyAnIdleConnectionIsProbed() {
    t.established().keepAlive(true, 10 * SECOND, SECOND, 3);
    // data that comes
    for (int i = 0; i < 10; i++) {
      t.after(9000);
      t.send(tcp().seq(1 + i).ack(1).len(1));
    }
    // ACKs that come
    t.write(10);
    t.after(100).send(tcp().seq(11).ack(11));
    t.after(9000).send(tcp().seq(11).ack(11));
    t.after(9000);
    assertThat(t.engine.counters().tcpKeepAlive).isZero();
    // data of ours that is not acknowledged: the retransmissions are probes enough
    t.write(10);
    t.clearSent();
    t.after(60_000);
    while (t.pendingSent() > 0) {
      t.expect(tcp().seq(11).ack(11).len(10));
    }
    assertThat(t.engine.counters().tcpKeepAlive).isZero();
  }

  /** MUST-29 and SHLD-12: single answers may be lost; a probe has no data. */
  @Test
  void aLostAnswerToAProbeIsNoDeath() {
    t.established().keepAlive(true, 10 * SECOND, SECOND, 3);
    for (int round = 0; round < 5; round++) {
      t.after(10_001);
      for (int i = 0; i < 3; i++) {
        Segment probe = t.expect(tcp().seq(0).ack(1));
        assertThat(probe.payload).isEmpty();
        t.after(i < 2 ? 1001 : 500);
      }
      t.send(tcp().seq(1).ack(1)).expectNothing();
    }
    assertThat(t.socket().state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(t.engine.counters().tcpKeepAlive).isEqualTo(15);
  }

  // ---- R1, R2

  /** MUST-20 (c), SHLD-11: Linux's 15 retransmissions take 924.6 s at the least, 100 are asked. */
  @Test
  void dataIsRepeatedForMuchLongerThanAHundredSeconds() {
    t.established();
    t.write(100);
    t.after(924_000);
    assertThat(t.events).isEmpty();
    t.after(1000);
    assertThat(t.events).containsExactly("closed TIMED_OUT");
    assertThat(t.engine.counters().retransSegs).isEqualTo(15);
    t.clearSent();
  }

  /** SHLD-9, SHLD-10: as Linux, the user may look ({@code tcpi_retransmits, tcpi_backoff}). */
  @Test
  void theUserCanSeeThatRetransmissionsGoOn() {
    TcpSocket s = t.established();
    t.write(100);
    assertThat(s.info().backoff()).isZero();
    t.after(1500);
    assertThat(s.info().backoff()).isEqualTo(3);
    assertThat(s.info().retransmits()).isEqualTo(3);
    t.send(tcp().seq(1).ack(101));
    assertThat(s.info().backoff()).isZero();
    t.clearSent();
  }

  /** MUST-21: R2 of a connection may be shorter and longer than the default. */
  @Test
  void theUserSetsR2BelowAndAboveTheDefault() {
    t.established().userTimeout(5 * SECOND);
    t.write(100);
    t.after(4900);
    assertThat(t.events).isEmpty();
    t.after(200);
    assertThat(t.events).containsExactly("closed TIMED_OUT");
    t.clearSent();
    t.events.clear();
    t.peerPort++;
    t.established().userTimeout(24L * 3600 * SECOND);
    t.write(100);
    t.after(24 * HOUR - 130_000);
    assertThat(t.events).isEmpty();
    assertThat(t.socket().state()).isEqualTo(TcpState.ESTABLISHED);
    t.after(260_000);
    assertThat(t.events).containsExactly("closed TIMED_OUT");
    t.clearSent();
  }

  /** As Linux: a shut window, too, may last no longer than the user says. */
  @Test
  void theUsersTimeCountsForAShutWindow() {
    t.established().userTimeout(5 * SECOND);
    t.write(1000);
    t.next();
    t.send(tcp().seq(1).ack(1001).win(0));
    t.write(1000);
    t.after(10_000);
    assertThat(t.events).containsExactly("closed TIMED_OUT");
    t.clearSent();
  }

  /**
   * MUST-22; MUST-23 has three minutes for a SYN: Linux gives up after 127 s unless {@code
   * tcp_syn_retries} is raised.
   */
  @Test
  void aSynIsRepeatedForThreeMinutesWhereThatIsConfigured() {
    t.config.synRetries = 7;
    t.connect();
    t.after(180_000);
    assertThat(t.events).isEmpty();
    assertThat(t.pendingSent()).isEqualTo(8);
    t.after(76_000);
    assertThat(t.events).containsExactly("closed TIMED_OUT");
    t.clearSent();
  }
}
