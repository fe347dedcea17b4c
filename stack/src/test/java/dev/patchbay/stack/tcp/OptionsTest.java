package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The options of RFC 9293 sections 3.1, 3.2 and 3.7.1, good and bad ones. */
class OptionsTest {
  /** What no option may look like: cut short, or with a length of 0 or 1. */
  private static final int[][] MALFORMED = {
    {1, 1, 1, 2},
    {2, 0, 5, 0xb4},
    {2, 1, 5, 0xb4},
    {1, 1, 1, 1, 1, 1, 3, 3},
    {1, 1, 1, 8},
    {8, 10, 0, 0},
    {8, 255, 0, 0, 0, 0, 0, 0},
    {5, 10, 0, 0, 0, 1, 0, 0},
    {5, 9, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1},
    {3, 0, 0, 0},
    {3, 2, 1, 1},
    {4, 3, 1, 1},
    {254, 0, 1, 1},
    {254, 1, 1, 1},
    {254, 40, 1, 1},
  };

  private final TcpTester t = new TcpTester();

  @AfterEach
  void noLeaks() {
    t.end();
  }

  @Test
  void endOfListAndNoOperationAreUnderstood() {
    t.listen();
    // what follows the end of the list is no option
    t.send(tcp().syn().seq(0).raw(1, 1, 2, 4, 4, 0, 0, 0, 4, 2, 3, 3));
    t.expect(tcp().syn().seq(0).ack(1).noSackOk().noTs());
    t.send(tcp().seq(1).ack(1));
    assertThat(t.socket().info().sendMss()).isEqualTo(1024);
    assertThat(t.socket().info().sendScale()).isEqualTo(-1);
  }

  @Test
  void unknownOptionsAreIgnoredInAnySegment() {
    t.listen();
    t.send(tcp().syn().seq(0).raw(254, 6, 1, 2, 3, 4, 2, 4, 4, 0, 1, 1));
    t.expect(tcp().syn().seq(0).ack(1));
    t.send(tcp().seq(1).ack(1).raw(30, 4, 0, 0));
    t.send(tcp().seq(1).ack(1).len(10).raw(253, 8, 0, 0, 0, 0, 0, 0));
    t.expect(tcp().seq(1).ack(11));
    t.read(1, 10);
    t.send(tcp().fin().seq(11).ack(1).raw(28, 4, 0, 0));
    t.expect(tcp().seq(1).ack(12));
    assertThat(t.socket().info().sendMss()).isEqualTo(1024);
  }

  @Test
  void optionsMayStandAtAnyByte() {
    t.listen();
    // MSS behind one NOP, timestamps behind three more, SACK permitted behind these
    t.send(
        tcp()
            .syn()
            .seq(0)
            .raw(1, 2, 4, 4, 0, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 4, 2, 3, 3, 5, 1, 1, 1));
    t.expect(tcp().syn().seq(0).ack(1).ts(0, 9).sackOk());
    assertThat(t.socket().peerMss).isEqualTo(1024);
    assertThat(t.socket().info().sendScale()).isEqualTo(5);
    t.send(tcp().seq(1).ack(1));
    t.send(tcp().seq(1).ack(1).len(10).raw(1, 8, 10, 0, 0, 0, 11, 0, 0, 0, 0, 0));
    t.expect(tcp().seq(1).ack(11).ts(0, 11));
  }

  @Test
  void malformedOptionsEndTheListAndTheSegmentCounts() {
    t.established();
    int seq = 1;
    for (int[] options : MALFORMED) {
      t.send(tcp().seq(seq).ack(1).len(10).raw(options));
      t.read(seq, 10);
      seq += 10;
      t.clearSent();
    }
    assertThat(t.socket().state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(t.engine.counters().inErrs).isZero();
  }

  @Test
  void malformedOptionsOfASynEndTheListAndTheSynCounts() {
    t.listen();
    for (int[] options : MALFORMED) {
      t.peerPort++;
      t.send(tcp().syn().seq(0).mss(1200).raw(options));
      // what stands before the bad one is taken, nothing behind it
      t.expect(tcp().syn().seq(0).ack(1).noSackOk().noTs());
      assertThat(t.socket().peerMss).as("%d %d", options[0], options[1]).isEqualTo(1200);
      assertThat(t.socket().info().sendScale()).isEqualTo(-1);
      t.socket().abort();
      t.loop.turn();
      t.clearSent();
    }
  }

  /** MUST-68 and MUST-69: what we send has lengths, and NOPs or zeros for padding. */
  @Test
  void optionsSentHaveLengthsAndFillWords() {
    t.connect();
    wellFormed(t.next());
    t.peerPort++;
    t.established(tcp().mss(1000).sackOk().ts(1, 0).scale(2));
    t.socket().abort();
    t.loop.turn();
    t.peerPort++;
    t.clearSent();
    t.send(tcp().syn().seq(0).mss(1000).sackOk().ts(1, 0).scale(2));
    wellFormed(t.next());
    t.send(tcp().seq(1).ack(1).ts(2, 0));
    for (int i = 0; i < 5; i++) {
      t.send(tcp().seq(1001 + 2000 * i).ack(1).ts(3, 0).len(1000));
      wellFormed(t.next());
    }
    t.write(10);
    wellFormed(t.next());
    t.socket().shutdownOutput();
    t.loop.turn();
    wellFormed(t.next());
  }

  private static void wellFormed(Segment s) {
    byte[] o = s.rawOptions;
    assertThat(o.length).isPositive();
    assertThat(o.length % 4).isZero();
    int i = 0;
    while (i < o.length && o[i] != TcpOptions.END) {
      int length = o[i] == TcpOptions.NOP ? 1 : o[i + 1] & 0xff;
      assertThat(length).as("option %d at %d", o[i], i).isPositive();
      i += length;
    }
    assertThat(i).isLessThanOrEqualTo(o.length);
    for (; i < o.length; i++) {
      assertThat(o[i]).as("padding").isZero();
    }
  }

  // ---- the maximum segment size

  @Test
  void theOfferIsTheMtuLessTheFixedHeaders() {
    for (int mtu : new int[] {576, 1400, 1500, 9000, 65520}) {
      TcpTester tester = new TcpTester();
      tester.mtu = mtu;
      tester.connect();
      tester.expect(tcp().syn().seq(0).mss(mtu - 40));
      tester.socket().abort();
      tester.loop.turn();
      tester.checkNoLeaks();
    }
  }

  @Test
  void onlySynsCarryIt() {
    t.established(tcp().mss(1000).sackOk().ts(1, 0).scale(2));
    t.write(10);
    assertThat(t.next().mss).isNull();
    t.send(tcp().seq(1).ack(11).ts(2, 0).len(10)).after(250);
    assertThat(t.next().mss).isNull();
    t.socket().shutdownOutput();
    t.loop.turn();
    assertThat(t.next().mss).isNull();
    t.socket().abort();
    t.loop.turn();
    assertThat(t.next().mss).isNull();
  }

  @Test
  void theSmallerOfBothSidesLessOptionsIsSent() {
    t.established(tcp().mss(9000));
    assertThat(t.socket().info().sendMss()).as("our MTU").isEqualTo(1460);
    t.socket().abort();
    t.loop.turn();
    t.clearSent();
    t.events.clear();
    t.peerPort++;
    t.established(tcp().mss(700).ts(1, 0));
    assertThat(t.socket().info().sendMss()).as("the peer's offer").isEqualTo(688);
    t.write(688);
    t.expect(tcp().seq(1).ack(1).len(688));
  }

  @Test
  void anAbsurdlySmallOneIsNotTaken() {
    t.established(tcp().mss(1));
    assertThat(t.socket().info().sendMss()).isEqualTo(48);
  }
}
