package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.packet.DropReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ending: RFC 9293 section 3.6 and the lower half of figure 5. */
class CloseTest {
  private final TcpTester t = new TcpTester();

  @AfterEach
  void noLeaks() {
    t.checkNoLeaks();
  }

  private void timeWait() {
    assertThat(t.socket().state()).isEqualTo(TcpState.TIME_WAIT);
    assertThat(t.engine.counters().timeWait).isOne();
  }

  @Test
  void activeCloseThroughFinWait2ToTimeWait() {
    TcpSocket s = t.established();
    s.close();
    assertThat(s.state()).isEqualTo(TcpState.FIN_WAIT_1);
    t.loop.turn();
    t.expect(tcp().fin().seq(1).ack(1));
    t.send(tcp().seq(1).ack(2)).expectNothing();
    assertThat(s.state()).isEqualTo(TcpState.FIN_WAIT_2);
    t.send(tcp().fin().seq(1).ack(2));
    t.expect(tcp().seq(2).ack(2));
    timeWait();
    assertThat(t.events).containsExactly("closed NONE");
    t.after(59_000);
    assertThat(t.engine.counters().timeWait).isOne();
    t.after(2_000);
    assertThat(t.engine.counters().timeWait).isZero();
    assertThat(t.loop.timers().count()).isZero();
  }

  @Test
  void withoutATimeForFinWait2TheAckOfTheFinEndsIt() {
    TcpSocket s = t.established();
    s.settings().finTimeout = -1;
    s.close();
    t.loop.turn();
    t.expect(tcp().fin().seq(1).ack(1));
    t.send(tcp().seq(1).ack(2));
    assertThat(s.state()).isEqualTo(TcpState.CLOSED);
    assertThat(t.next().flags & 4).as("RST").isEqualTo(4);
    assertThat(t.events).containsExactly("closed ABORTED");
    assertThat(t.engine.counters().tcpAbortOnData).isOne();
    assertThat(t.engine.counters().orphans).isZero();
    assertThat(t.loop.timers().count()).isZero();
  }

  @Test
  void finAndAckTogetherGoStraightToTimeWait() {
    TcpSocket s = t.established();
    s.shutdownOutput();
    t.loop.turn();
    t.next();
    t.send(tcp().fin().seq(1).ack(2));
    t.expect(tcp().seq(2).ack(2));
    timeWait();
  }

  @Test
  void simultaneousCloseGoesThroughClosing() {
    TcpSocket s = t.established();
    s.close();
    t.loop.turn();
    t.expect(tcp().fin().seq(1).ack(1));
    t.send(tcp().fin().seq(1).ack(1));
    assertThat(s.state()).isEqualTo(TcpState.CLOSING);
    t.expect(tcp().seq(2).ack(2));
    t.send(tcp().seq(2).ack(2)).expectNothing();
    timeWait();
  }

  @Test
  void passiveCloseThroughCloseWaitAndLastAck() {
    TcpSocket s = t.established();
    t.send(tcp().fin().seq(1).ack(1));
    t.expect(tcp().seq(1).ack(2));
    assertThat(s.state()).isEqualTo(TcpState.CLOSE_WAIT);
    assertThat(t.events).containsExactly("readable");
    assertThat(s.read(new byte[1], 0, 1)).isEqualTo(-1);
    s.close();
    assertThat(s.state()).isEqualTo(TcpState.LAST_ACK);
    t.loop.turn();
    t.expect(tcp().fin().seq(1).ack(2));
    t.send(tcp().seq(2).ack(2)).expectNothing();
    assertThat(s.state()).isEqualTo(TcpState.CLOSED);
    assertThat(t.events).containsExactly("readable", "closed NONE");
    assertThat(t.pool.drops(DropReason.TCP_CLOSE)).as("the last ACK is no loss").isZero();
    assertThat(t.engine.counters().orphans).isZero();
    assertThat(t.loop.timers().count()).isZero();
  }

  @Test
  void halfCloseGoesOnReceiving() {
    TcpSocket s = t.established();
    t.write(5);
    t.expect(tcp().seq(1).ack(1).len(5));
    s.shutdownOutput();
    t.loop.turn();
    t.expect(tcp().fin().seq(6).ack(1));
    assertThat(s.write(new byte[1], 0, 1)).isEqualTo(-1);
    t.send(tcp().seq(1).ack(7).len(100)).after(50);
    t.expect(tcp().seq(7).ack(101));
    t.read(1, 100);
    assertThat(s.state()).isEqualTo(TcpState.FIN_WAIT_2);
    t.after(300_000);
    assertThat(s.state()).isEqualTo(TcpState.FIN_WAIT_2);
    t.send(tcp().fin().seq(101).ack(7));
    t.expect(tcp().seq(7).ack(102));
    timeWait();
  }

  @Test
  void halfClosedPeerStillGetsData() {
    TcpSocket s = t.established();
    t.send(tcp().fin().seq(1).ack(1));
    t.next();
    t.write(100);
    t.expect(tcp().seq(1).ack(2).len(100));
    s.shutdownOutput();
    t.loop.turn();
    t.expect(tcp().fin().seq(101).ack(2));
    t.send(tcp().seq(2).ack(102));
    assertThat(t.events).endsWith("closed NONE");
  }

  @Test
  void whatWasWrittenGoesBeforeTheFin() {
    TcpSocket s = t.established();
    t.socket().write(pattern(1, 50), 0, 50);
    s.close();
    t.loop.turn();
    t.expect(tcp().fin().seq(1).ack(1).len(50));
    t.after(1000);
    t.expect(tcp().fin().seq(1).ack(1).len(50));
    t.clearSent();
    t.send(tcp().fin().seq(1).ack(52));
    t.next();
    timeWait();
  }

  private static byte[] pattern(int from, int len) {
    byte[] b = new byte[len];
    for (int i = 0; i < len; i++) {
      b[i] = (byte) (from + i);
    }
    return b;
  }

  @Test
  void aFinOutOfOrderWaitsForTheDataBeforeIt() {
    TcpSocket s = t.established(tcp().mss(1000).sackOk());
    t.send(tcp().fin().seq(11).ack(1).len(10));
    t.expect(tcp().seq(1).ack(1).sack(11, 21));
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
    t.send(tcp().seq(1).ack(1).len(10));
    t.expect(tcp().seq(1).ack(22));
    assertThat(s.state()).isEqualTo(TcpState.CLOSE_WAIT);
    t.read(1, 20);
    s.close();
    t.loop.turn();
    t.next();
    t.send(tcp().seq(22).ack(2));
  }

  @Test
  void closeWithUnreadDataResets() {
    TcpSocket s = t.established();
    t.send(tcp().seq(1).ack(1).len(10));
    t.expect(tcp().seq(1).ack(11));
    s.close();
    t.loop.turn();
    t.expect(tcp().rst().seq(1).ack(11));
    assertThat(t.events).endsWith("closed ABORTED");
    assertThat(t.engine.counters().tcpAbortOnClose).isOne();
  }

  @Test
  void dataAfterCloseResets() {
    t.established().close();
    t.loop.turn();
    t.next();
    t.send(tcp().seq(1).ack(2).len(10));
    t.expect(tcp().rst().seq(2).ack(1));
    assertThat(t.engine.counters().tcpAbortOnData).isOne();
    assertThat(t.engine.counters().orphans).isZero();
  }

  @Test
  void abortResets() {
    TcpSocket s = t.established();
    t.write(100);
    t.next();
    s.abort();
    t.loop.turn();
    t.expect(tcp().rst().seq(101).ack(1));
    assertThat(t.events).containsExactly("closed ABORTED");
    assertThat(s.read(new byte[1], 0, 1)).isEqualTo(-1);
    assertThat(s.write(new byte[1], 0, 1)).isEqualTo(-1);
  }

  @Test
  void lingerZeroResets() {
    TcpSocket s = t.established();
    s.linger(0);
    s.close();
    t.loop.turn();
    t.expect(tcp().rst().seq(1).ack(1));
  }

  @Test
  void finWait2WithoutUserEndsByItself() {
    t.established().close();
    t.loop.turn();
    t.next();
    t.send(tcp().seq(1).ack(2)).after(59_000);
    assertThat(t.socket().state()).isEqualTo(TcpState.FIN_WAIT_2);
    t.after(2_000).expectNothing();
    assertThat(t.socket().state()).isEqualTo(TcpState.CLOSED);
  }

  @Test
  void closedIsToldOnlyAfterAllWasRead() {
    TcpSocket s = t.established();
    t.send(tcp().fin().seq(1).ack(1).len(10));
    t.next();
    s.shutdownOutput();
    t.loop.turn();
    t.next();
    t.send(tcp().seq(12).ack(2));
    assertThat(s.state()).isEqualTo(TcpState.CLOSED);
    assertThat(t.events).containsExactly("readable");
    t.read(1, 10);
    assertThat(t.events).containsExactly("readable", "closed NONE");
  }

  @Test
  void closeInSynSentAndInSynReceived() {
    TcpSocket s = t.connect();
    t.next();
    s.close();
    t.loop.turn();
    assertThat(s.state()).isEqualTo(TcpState.CLOSED);
    t.ourPort = 81;
    t.listen();
    t.send(tcp().syn().seq(0));
    t.next();
    t.socket().close();
    t.loop.turn();
    t.expectNothing();
    t.send(tcp().seq(1).ack(1));
    t.expect(tcp().fin().seq(1).ack(1));
    assertThat(t.socket().state()).isEqualTo(TcpState.FIN_WAIT_1);
    t.send(tcp().fin().seq(1).ack(2));
    t.next();
    timeWait();
  }

  @Test
  void orphansAreBounded() {
    t.config.maxOrphans = 0;
    t.established().close();
    t.loop.turn();
    t.expect(tcp().rst().seq(1).ack(1));
    assertThat(t.engine.counters().tcpAbortOnMemory).isOne();
  }

  // ---- TIME-WAIT

  private void toTimeWait(Segment options) {
    t.established(options).close();
    t.loop.turn();
    t.next();
    Segment fin = tcp().fin().seq(1).ack(2);
    t.send(options.tsVal == null ? fin : fin.ts(options.tsVal, 0));
    t.next();
    timeWait();
  }

  @Test
  void timeWaitAcknowledgesTheFinAgainAndBeginsAnew() {
    toTimeWait(tcp());
    t.after(40_000).send(tcp().fin().seq(1).ack(2));
    t.expect(tcp().seq(2).ack(2));
    t.after(40_000);
    assertThat(t.engine.counters().timeWait).isOne();
    t.after(21_000);
    assertThat(t.engine.counters().timeWait).isZero();
  }

  @Test
  void timeWaitGivesWayToANewerSyn() {
    toTimeWait(tcp());
    t.send(tcp().syn().seq(1));
    t.expect(tcp().seq(2).ack(2));
    t.send(tcp().syn().seq(100));
    t.expect(tcp().syn().seq(0).ack(101));
    assertThat(t.engine.counters().timeWait).isZero();
    assertThat(t.engine.counters().twRecycled).isOne();
    t.send(tcp().rst().seq(101));
  }

  @Test
  void timeWaitGivesWayByTimestamp() {
    toTimeWait(tcp().ts(1000, 0));
    t.send(tcp().syn().seq(-50).ts(900, 0));
    t.expect(tcp().seq(2).ack(2).ts(0, 1000));
    t.send(tcp().syn().seq(-50).ts(1001, 0));
    t.expect(tcp().syn().seq(0).ack(-49));
    t.send(tcp().rst().seq(-49));
  }

  @Test
  void timeWaitEndsByAResetInPlaceOnly() {
    toTimeWait(tcp());
    t.send(tcp().rst().seq(100)).expectNothing();
    assertThat(t.engine.counters().timeWait).isOne();
    t.send(tcp().rst().seq(2)).expectNothing();
    assertThat(t.engine.counters().timeWait).isZero();
  }

  @Test
  void timeWaitIsBounded() {
    t.config.maxTimeWait = 0;
    t.established().close();
    t.loop.turn();
    t.next();
    t.send(tcp().fin().seq(1).ack(2));
    t.expect(tcp().seq(2).ack(2));
    assertThat(t.engine.counters().tcpTimeWaitOverflow).isOne();
    assertThat(t.engine.counters().timeWait).isZero();
  }
}
