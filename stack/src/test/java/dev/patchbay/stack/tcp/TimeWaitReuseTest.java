package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An active open over a 4-tuple in TIME-WAIT: Linux's {@code tcp_tw_reuse}, RFC 6191. */
class TimeWaitReuseTest {
  private final TcpTester t = new TcpTester();

  @AfterEach
  void noLeaks() {
    t.end();
  }

  /** Sequence number of what followed the FIN, absolute. */
  private int toTimeWait(boolean timestamps) {
    TcpSocket s = t.connect();
    t.next();
    Segment synAck = tcp().syn().seq(0).ack(1).mss(1000);
    t.send(timestamps ? synAck.ts(500, 0) : synAck);
    t.expect(tcp().seq(1).ack(1));
    s.close();
    t.loop.turn();
    t.expect(tcp().fin().seq(1).ack(1));
    Segment fin = tcp().fin().seq(1).ack(2);
    t.send(timestamps ? fin.ts(510, 0) : fin);
    t.expect(tcp().seq(2).ack(2));
    assertThat(t.engine.counters().timeWait).isOne();
    return t.iss + 2;
  }

  private TcpSocket again() {
    TcpEngine e = t.engine;
    TcpSocket s = e.connect(0, TcpTester.US, t.ourPort, 0, TcpTester.PEER, t.peerPort, t);
    t.accepted = s;
    t.loop.turn();
    return Objects.requireNonNull(s);
  }

  @Test
  void aRecordWithTimestampsGivesWayToAnOpenAfterASecond() {
    t.config.timeWaitReuse = 1;
    int end = toTimeWait(true);
    assertThat(inUse()).as("within the same second").isTrue();
    t.after(1001);
    TcpSocket s = again();
    assertThat(s.iss).as("beyond all that the old one can have sent").isEqualTo(end + 65_537);
    // the peer, which may still know the old one, sees time go on
    t.expect(tcp().syn().seq(0).ts(0, 510));
    assertThat(t.engine.counters().timeWait).isZero();
    assertThat(t.engine.counters().twRecycled).isOne();
    t.send(tcp().syn().seq(1000).ack(1).ts(1600, 0));
    t.expect(tcp().seq(1).ack(1001).ts(0, 1600));
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
    t.after(61_000).send(tcp().seq(1001).ack(1).ts(62_700, 0).len(10));
    assertThat(s.available()).as("the old one's end is not its own").isEqualTo(10);
    t.clearSent();
  }

  private boolean inUse() {
    return t.engine.connect(0, TcpTester.US, t.ourPort, 0, TcpTester.PEER, t.peerPort, t) == null;
  }

  @Test
  void oneWithoutTimestampsIsKept() {
    t.config.timeWaitReuse = 1;
    toTimeWait(false);
    t.after(30_000);
    assertThat(inUse()).isTrue();
    assertThat(t.engine.counters().timeWait).isOne();
  }

  /** As Linux, whose default is 2. */
  @Test
  void byDefaultOnlyTheLoopbackDoes() {
    toTimeWait(true);
    t.after(30_000);
    assertThat(inUse()).isTrue();
    t.config.timeWaitReuse = 0;
    assertThat(inUse()).isTrue();
    // and in due time anything may
    t.after(31_000);
    again();
    t.expect(tcp().syn().seq(0).ts(0, 0));
  }

  /** A search for a port takes such records as free too. */
  @Test
  void aSearchedPortMayBeOneInTimeWait() {
    t.config.timeWaitReuse = 1;
    t.config.portMin = t.ourPort;
    t.config.portMax = t.ourPort;
    toTimeWait(true);
    assertThat(search()).isNull();
    t.after(1001);
    t.accepted = search();
    assertThat(t.socket().localPort()).isEqualTo(t.ourPort);
    t.loop.turn();
    t.expect(tcp().syn().seq(0));
  }

  private TcpSocket search() {
    return t.engine.connect(0, TcpTester.US, 0, 0, TcpTester.PEER, t.peerPort, t);
  }
}
