package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.wire.Tcp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * RFC 9293 section 3.8.5 and RFC 6093: urgent bytes are in line, the pointer says where they end.
 */
class UrgentDataTest {
  private final TcpTester t = new TcpTester();

  @AfterEach
  void noLeaks() {
    t.end();
  }

  // ---- receiving

  /** MUST-30, MUST-32, MUST-33, MUST-62: the pointer is that of the octet after the urgent data. */
  @Test
  void theUserIsToldOfUrgentDataAndHowMuchOfItThereIs() {
    TcpSocket s = t.established();
    t.send(tcp().urg(4).seq(1).ack(1).len(10));
    assertThat(t.events).containsExactly("urgent", "readable");
    assertThat(s.urgentAhead()).isEqualTo(4);
    t.read(1, 3);
    assertThat(s.urgentAhead()).isEqualTo(1);
    t.read(4, 1);
    assertThat(s.urgentAhead()).isZero();
    t.read(5, 6);
    assertThat(s.urgentAhead()).isZero();
    t.clearSent();
  }

  /** MUST-32: once for each that is further on, and for no other. */
  @Test
  void onlyAPointerFurtherOnIsToldAgain() {
    TcpSocket s = t.established();
    t.send(tcp().urg(4).seq(1).ack(1).len(10));
    t.send(tcp().urg(4).seq(1).ack(1).len(10)); // a copy
    t.send(tcp().urg(1).seq(1).ack(1).len(10)); // back
    assertThat(t.events).containsExactly("urgent", "readable");
    t.send(tcp().urg(20).seq(11).ack(1).len(10));
    assertThat(t.events).containsExactly("urgent", "readable", "urgent", "readable");
    assertThat(s.urgentAhead()).as("ten of it have not come").isEqualTo(30);
    t.read(1, 20);
    assertThat(s.urgentAhead()).isEqualTo(10);
    // behind it the sequence of urgent data has ended, and a new one may begin
    t.send(tcp().seq(21).ack(1).len(20));
    t.read(21, 20);
    t.events.clear();
    t.send(tcp().urg(3).seq(41).ack(1).len(3));
    assertThat(t.events).containsExactly("urgent", "readable");
    assertThat(s.urgentAhead()).isEqualTo(3);
    t.read(41, 3);
    t.clearSent();
  }

  /** MUST-31. */
  @Test
  void urgentDataMayBeOfAnyLength() {
    TcpSocket s = t.established(tcp().mss(1000).scale(7));
    int seq = 1;
    for (int i = 0; i < 300; i++) {
      t.send(tcp().urg(0xffff).seq(seq).ack(1).len(1000));
      assertThat(s.urgentAhead()).isEqualTo(0xffff);
      t.read(seq, 1000);
      seq += 1000;
    }
    assertThat(t.events.stream().filter("urgent"::equals)).hasSize(300);
    t.clearSent();
  }

  @Test
  void pointersThatMakeNoSenseAreIgnored() {
    TcpSocket s = t.established();
    t.send(tcp().urg(0).seq(1).ack(1).len(10));
    t.read(1, 10);
    // to what was read before
    t.send(tcp().urg(5).seq(1).ack(1).len(20));
    assertThat(t.events).containsOnly("readable");
    assertThat(s.urgentAhead()).isZero();
    t.read(11, 10);
    // out of the window, or with an ACK of nothing: the segment does not count at all
    t.send(tcp().urg(5).seq(200_000).ack(1).len(20));
    t.send(tcp().urg(5).seq(21).ack(7777).len(20));
    assertThat(t.events).containsOnly("readable");
    t.clearSent();
  }

  /** MUST-66: there is no room for the data, but the user hears that it is there. */
  @Test
  void aShutWindowLetsTheUrgentPointerIn() {
    TcpSocket s = t.established();
    s.receiveBuffer(4096);
    int seq = 1;
    while (ReceiveWindow.offered(s) > 0) {
      int len = Math.min(1000, ReceiveWindow.offered(s));
      t.send(tcp().seq(seq).ack(1).len(len)).after(50);
      seq += len;
    }
    t.clearSent();
    t.events.clear();
    t.send(tcp().urg(1).seq(seq).ack(1).len(1));
    assertThat(t.events).containsExactly("urgent");
    assertThat(s.available()).isEqualTo(seq - 1);
    assertThat(s.urgentAhead()).isEqualTo(seq);
    t.clearSent();
    // and without any data
    t.send(tcp().urg(9).seq(seq).ack(1));
    assertThat(t.events).containsExactly("urgent", "urgent");
  }

  /** After the peer's FIN nothing can be urgent (3.10.7.4, sixth). */
  @Test
  void afterTheFinAPointerSaysNothing() {
    t.established();
    t.send(tcp().fin().seq(1).ack(1));
    t.events.clear();
    t.send(tcp().urg(5).seq(2).ack(1));
    assertThat(t.events).isEmpty();
    t.clearSent();
  }

  // ---- sending

  private TcpSocket urgent(int len) {
    TcpSocket s = t.socket();
    byte[] b = new byte[len];
    int at = s.bufferSequence + s.buffer.length() - s.iss;
    for (int i = 0; i < len; i++) {
      b[i] = (byte) (at + i);
    }
    assertThat(s.writeUrgent(b, 0, len)).isEqualTo(len);
    t.loop.turn();
    return s;
  }

  @Test
  void segmentsBeforeTheEndOfUrgentDataPointToIt() {
    t.established();
    urgent(2500);
    // a packet each, since each has a pointer of its own
    t.expect(tcp().urg(2500).seq(1).ack(1).len(1000));
    t.expect(tcp().urg(1500).seq(1001).ack(1).len(1000));
    t.expect(tcp().urg(500).psh().seq(2001).ack(1).len(500));
    t.send(tcp().seq(1).ack(2501));
    t.write(2000);
    t.expect(tcp().psh().seq(2501).ack(1).len(2000));
  }

  /** Linux's {@code tcp_nagle_test}: in urgent mode nothing waits for company, cork or not. */
  @Test
  void urgentDataDoesNotWaitForWhatIsOutstanding() {
    t.established();
    t.write(10);
    t.expect(tcp().psh().seq(1).ack(1).len(10));
    urgent(1);
    t.expect(tcp().urg(1).psh().seq(11).ack(1).len(1));
    // nor does what follows, until the urgent byte is acknowledged
    t.write(5);
    t.expect(tcp().psh().seq(12).ack(1).len(5));
    t.send(tcp().seq(1).ack(12));
    t.write(5);
    t.expectNothing();
    t.send(tcp().seq(1).ack(17));
    t.expect(tcp().psh().seq(17).ack(1).len(5));
  }

  @Test
  void aCorkDoesNotHoldUrgentDataBack() {
    TcpSocket s = t.established();
    s.settings().cork = true;
    t.write(10);
    t.expectNothing();
    urgent(1);
    t.expect(tcp().urg(11).psh().seq(1).ack(1).len(11));
  }

  @Test
  void aRetransmissionPointsAsWell() {
    t.established();
    urgent(10);
    t.expect(tcp().urg(10).psh().seq(1).ack(1).len(10));
    t.awaitSent(1000);
    t.expect(tcp().urg(10).psh().seq(1).ack(1).len(10));
    t.send(tcp().seq(1).ack(11));
  }

  /** RFC 9293 section 3.8.6: a peer that takes no data hears of urgent data all the same. */
  @Test
  void aProbeOfAShutWindowTellsOfUrgentData() {
    t.established();
    t.write(1000);
    t.next();
    t.send(tcp().seq(1).ack(1001).win(0));
    urgent(5);
    t.expectNothing();
    t.awaitSent(1000);
    t.expect(tcp().urg(6).seq(1000).ack(1));
    t.send(tcp().seq(1).ack(1001).win(1000));
    t.expect(tcp().urg(5).psh().seq(1001).ack(1).len(5));
  }

  @Test
  void whatIsTooFarForTheFieldIsToldAsFarAsItReaches() {
    t.established(tcp().mss(1000).scale(7));
    t.socket().sendBuffer(200_000);
    urgent(100_000);
    int seq = 1;
    while (seq < 100_001) {
      int sent = 0;
      while (t.pendingSent() > 0) {
        Segment s = t.next();
        assertThat(s.flags & Tcp.URG).isEqualTo(Tcp.URG);
        assertThat(s.urgent).isEqualTo(Math.min(0xffff, 100_001 - s.seq));
        sent += s.payload.length;
      }
      seq += sent;
      t.send(tcp().seq(1).ack(seq));
    }
    t.write(10);
    t.expect(tcp().psh().seq(100_001).ack(1).len(10));
  }
}
