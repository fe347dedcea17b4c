package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Each arrow of RFC 9293's figure 5 from its tail to its head, and what the notes below it say of
 * resets. {@link #to} leads to a state.
 */
class StateDiagramTest {
  private final TcpTester t = new TcpTester();

  @AfterEach
  void noLeaks() {
    t.end();
  }

  private void state(TcpState expected) {
    assertThat(t.socket().state()).isEqualTo(expected);
  }

  /** Goes to a state by the way that the figure has. */
  private void to(TcpState wanted) {
    switch (wanted) {
      case SYN_SENT -> {
        t.connect();
        t.expect(tcp().syn().seq(0));
      }
      case SYN_RECEIVED -> {
        t.listen();
        t.send(tcp().syn().seq(0));
        t.expect(tcp().syn().seq(0).ack(1));
      }
      case ESTABLISHED -> t.established();
      case FIN_WAIT_1 -> {
        to(TcpState.ESTABLISHED);
        finish(1);
      }
      case FIN_WAIT_2 -> {
        to(TcpState.FIN_WAIT_1);
        t.send(tcp().seq(1).ack(2)).expectNothing();
      }
      case CLOSING -> {
        to(TcpState.FIN_WAIT_1);
        t.send(tcp().fin().seq(1).ack(1));
        t.expect(tcp().seq(2).ack(2));
      }
      case CLOSE_WAIT -> {
        to(TcpState.ESTABLISHED);
        t.send(tcp().fin().seq(1).ack(1));
        t.expect(tcp().seq(1).ack(2));
      }
      case LAST_ACK -> {
        to(TcpState.CLOSE_WAIT);
        finish(2);
      }
      case TIME_WAIT -> {
        to(TcpState.FIN_WAIT_2);
        t.send(tcp().fin().seq(1).ack(2));
        t.expect(tcp().seq(2).ack(2));
      }
      default -> throw new IllegalArgumentException("no way to " + wanted);
    }
    state(wanted);
    t.events.clear();
  }

  /** The user's CLOSE of our direction; the FIN has sequence number 1. */
  private void finish(int ack) {
    t.socket().shutdownOutput();
    t.loop.turn();
    t.expect(tcp().fin().seq(1).ack(ack));
  }

  // ---- opening

  @Test
  void closedToListenByPassiveOpenAndBackByClose() {
    t.send(tcp().syn().seq(0));
    t.expect(tcp().rst().ack(1));
    TcpListener listener =
        Objects.requireNonNull(t.engine.listen(0, 0, 80, syn -> t.accepted = syn.accept(t)));
    t.send(tcp().syn().seq(0));
    t.expect(tcp().syn().seq(0).ack(1));
    listener.close();
    assertThat(listener.isClosed()).isTrue();
    // whoever asks now is refused, and what the listener has made goes on without it
    t.peerPort++;
    t.send(tcp().syn().seq(0));
    t.expect(tcp().rst().ack(1));
    t.peerPort--;
    t.send(tcp().seq(1).ack(1));
    state(TcpState.ESTABLISHED);
  }

  @Test
  void closedToSynSentByActiveOpen() {
    t.connect();
    state(TcpState.SYN_SENT);
    t.expect(tcp().syn().seq(0));
  }

  @Test
  void listenToSynReceivedByASyn() {
    t.listen();
    t.send(tcp().syn().seq(0));
    t.expect(tcp().syn().seq(0).ack(1));
    state(TcpState.SYN_RECEIVED);
  }

  @Test
  void synSentToClosedByClose() {
    to(TcpState.SYN_SENT);
    t.socket().close();
    t.loop.turn();
    state(TcpState.CLOSED);
    t.expectNothing();
    assertThat(t.events).containsExactly("closed ABORTED");
  }

  @Test
  void synSentToSynReceivedByASyn() {
    to(TcpState.SYN_SENT);
    t.send(tcp().syn().seq(0));
    t.expect(tcp().syn().seq(0).ack(1));
    state(TcpState.SYN_RECEIVED);
  }

  @Test
  void synSentToEstablishedBySynAndAck() {
    to(TcpState.SYN_SENT);
    t.send(tcp().syn().seq(0).ack(1));
    t.expect(tcp().seq(1).ack(1));
    state(TcpState.ESTABLISHED);
  }

  @Test
  void synReceivedToEstablishedByTheAckOfTheSyn() {
    to(TcpState.SYN_RECEIVED);
    t.send(tcp().seq(1).ack(1)).expectNothing();
    state(TcpState.ESTABLISHED);
    assertThat(t.events).containsExactly("connected");
  }

  @Test
  void synReceivedToFinWait1ByCloseOnceTheHandshakeEnds() {
    to(TcpState.SYN_RECEIVED);
    t.socket().shutdownOutput();
    t.loop.turn();
    t.expectNothing();
    t.send(tcp().seq(1).ack(1));
    t.expect(tcp().fin().seq(1).ack(1));
    state(TcpState.FIN_WAIT_1);
  }

  @Test
  void synReceivedBackToListenByAReset() {
    to(TcpState.SYN_RECEIVED);
    t.send(tcp().rst().seq(1)).expectNothing();
    state(TcpState.CLOSED);
    // the listener has never gone: the same peer may try again
    t.send(tcp().syn().seq(50));
    t.expect(tcp().syn().seq(0).ack(51));
    state(TcpState.SYN_RECEIVED);
  }

  // ---- closing

  @Test
  void establishedToFinWait1ByClose() {
    to(TcpState.ESTABLISHED);
    finish(1);
    state(TcpState.FIN_WAIT_1);
  }

  @Test
  void establishedToCloseWaitByAFin() {
    to(TcpState.ESTABLISHED);
    t.send(tcp().fin().seq(1).ack(1));
    t.expect(tcp().seq(1).ack(2));
    state(TcpState.CLOSE_WAIT);
  }

  @Test
  void finWait1ToFinWait2ByTheAckOfTheFin() {
    to(TcpState.FIN_WAIT_1);
    t.send(tcp().seq(1).ack(2)).expectNothing();
    state(TcpState.FIN_WAIT_2);
  }

  @Test
  void finWait1ToClosingByAFin() {
    to(TcpState.FIN_WAIT_1);
    t.send(tcp().fin().seq(1).ack(1));
    t.expect(tcp().seq(2).ack(2));
    state(TcpState.CLOSING);
  }

  /** Note 2. */
  @Test
  void finWait1ToTimeWaitByAFinWithTheAckOfOurs() {
    to(TcpState.FIN_WAIT_1);
    t.send(tcp().fin().seq(1).ack(2));
    t.expect(tcp().seq(2).ack(2));
    state(TcpState.TIME_WAIT);
  }

  @Test
  void finWait2ToTimeWaitByAFin() {
    to(TcpState.FIN_WAIT_2);
    t.send(tcp().fin().seq(1).ack(2));
    t.expect(tcp().seq(2).ack(2));
    state(TcpState.TIME_WAIT);
  }

  @Test
  void closingToTimeWaitByTheAckOfTheFin() {
    to(TcpState.CLOSING);
    t.send(tcp().seq(2).ack(2)).expectNothing();
    state(TcpState.TIME_WAIT);
  }

  @Test
  void closeWaitToLastAckByClose() {
    to(TcpState.CLOSE_WAIT);
    finish(2);
    state(TcpState.LAST_ACK);
  }

  @Test
  void lastAckToClosedByTheAckOfTheFin() {
    to(TcpState.LAST_ACK);
    t.send(tcp().seq(2).ack(2)).expectNothing();
    state(TcpState.CLOSED);
    assertThat(t.events).containsExactly("closed NONE");
  }

  @Test
  void timeWaitToClosedByTime() {
    to(TcpState.TIME_WAIT);
    t.after(59_000);
    assertThat(t.engine.counters().timeWait).isOne();
    t.after(2_000);
    assertThat(t.engine.counters().timeWait).isZero();
    t.send(tcp().seq(2).ack(2));
    t.expect(tcp().rst().seq(2));
  }

  // ---- what the figure leaves out

  /** Note 3: a reset in its place ends each state, and only LISTEN survives it. */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"CLOSED", "LISTEN"})
  void aResetInPlaceEndsEachState(TcpState from) {
    to(from);
    switch (from) {
      case SYN_SENT -> t.send(tcp().rst().seq(0).ack(1));
      case SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 -> t.send(tcp().rst().seq(1));
      default -> t.send(tcp().rst().seq(2));
    }
    t.expectNothing();
    assertThat(t.engine.counters().timeWait).isZero();
    String error =
        switch (from) {
          case SYN_SENT -> "closed REFUSED";
          case CLOSING, LAST_ACK -> "closed NONE";
          default -> "closed RESET";
        };
    if (from == TcpState.TIME_WAIT) {
      assertThat(t.events).isEmpty();
    } else {
      assertThat(t.events).containsExactly(error);
      state(TcpState.CLOSED);
    }
  }

  /** SHLD-2: a reset may have data, perhaps the reason in words. It is not given to the user. */
  @Test
  void aResetMayHaveData() {
    to(TcpState.SYN_SENT);
    t.send(tcp().rst().seq(0).ack(1).len(20)).expectNothing();
    assertThat(t.events).containsExactly("closed REFUSED");
    t.events.clear();
    t.peerPort++;
    to(TcpState.ESTABLISHED);
    t.send(tcp().rst().seq(1).len(20)).expectNothing();
    assertThat(t.events).containsExactly("closed RESET");
    assertThat(t.socket().available()).isZero();
    state(TcpState.CLOSED);
  }

  /** Section 3.10.5: ABORT resets the peer where it still believes in the connection. */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"CLOSED", "LISTEN"})
  void abortInEachState(TcpState from) {
    to(from);
    t.socket().abort();
    t.loop.turn();
    switch (from) {
      case SYN_RECEIVED, ESTABLISHED -> t.expect(tcp().rst().seq(1).ack(1));
      case FIN_WAIT_1, FIN_WAIT_2 -> t.expect(tcp().rst().seq(2).ack(1));
      case CLOSE_WAIT -> t.expect(tcp().rst().seq(1).ack(2));
      default -> t.expectNothing();
    }
    t.expectNothing();
    assertThat(t.engine.counters().timeWait).isEqualTo(from == TcpState.TIME_WAIT ? 1 : 0);
  }

  /** Section 3.10.7.4, fourth: a SYN in a synchronized state is challenged and changes nothing. */
  @ParameterizedTest
  @EnumSource(
      names = {"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK"})
  void aSynChangesNoSynchronizedState(TcpState from) {
    to(from);
    int sent = from == TcpState.ESTABLISHED || from == TcpState.CLOSE_WAIT ? 1 : 2;
    int got = from.ordinal() >= TcpState.CLOSE_WAIT.ordinal() ? 2 : 1;
    t.send(tcp().syn().seq(10));
    t.expect(tcp().seq(sent).ack(got));
    state(from);
    assertThat(t.engine.counters().tcpSynChallenge).isOne();
  }

  /** Section 3.10.7.4, eighth: a FIN again leaves the state as it is and is acknowledged again. */
  @ParameterizedTest
  @EnumSource(names = {"CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT"})
  void aFinAgainIsAcknowledgedAgain(TcpState from) {
    to(from);
    int sent = from == TcpState.CLOSE_WAIT ? 1 : 2;
    int acked = from == TcpState.TIME_WAIT ? 2 : 1;
    t.send(tcp().fin().seq(1).ack(acked));
    t.expect(tcp().seq(sent).ack(2));
    state(from);
  }
}
