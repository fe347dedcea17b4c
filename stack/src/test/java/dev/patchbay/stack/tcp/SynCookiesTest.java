package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A listener whose queue is full (RFC 4987 section 3.6). */
class SynCookiesTest {
  private final TcpTester t = new TcpTester();

  @BeforeEach
  void fill() {
    t.config.maxHalfOpen = 2;
    t.listen();
    for (int port = 1; port <= 2; port++) {
      t.peerPort = port;
      t.send(tcp().syn().seq(0));
    }
    t.clearSent();
    t.accepted = null;
    t.peerPort = TcpTester.PEER_PORT;
    assertThat(t.engine.counters().halfOpen).isEqualTo(2);
  }

  @AfterEach
  void noLeaks() {
    t.peerAddress = TcpTester.PEER;
    List<TcpSocket> all = new ArrayList<>();
    t.engine.forEach(all::add);
    all.forEach(TcpSocket::abort);
    t.loop.turn();
    t.checkNoLeaks();
  }

  private int sockets() {
    int[] count = new int[1];
    t.engine.forEach(_ -> count[0]++);
    return count[0];
  }

  @Test
  void aHandshakeNeedsNoMemoryUntilItsEnd() {
    t.send(tcp().syn().seq(0).mss(1460).sackOk().ts(500, 0).scale(9));
    Segment synAck = t.next();
    assertThat(synAck.flags).isEqualTo(0x12);
    assertThat(synAck.mss).isEqualTo(1460);
    assertThat(synAck.sackOk).isTrue();
    assertThat(synAck.scale).isPositive();
    assertThat(sockets()).isEqualTo(2);
    assertThat(t.accepted).isNull();
    t.after(500);
    int echo = Objects.requireNonNull(synAck.tsVal);
    t.send(tcp().seq(1).ack(1).win(1000).ts(1500, echo));
    assertThat(t.events).containsExactly("connected");
    TcpInfo info = t.socket().info();
    assertThat(info.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(info.sendMss()).isEqualTo(1448);
    assertThat(info.sack()).isTrue();
    assertThat(info.sendScale()).isEqualTo(9);
    assertThat(info.sendWindow()).isEqualTo(512_000);
    assertThat(info.rtt()).as("nothing was measured").isZero();
    assertThat(t.engine.counters().syncookiesRecv).isOne();
    // both directions work, and the clock of timestamps does not run backwards
    t.events.clear();
    t.send(tcp().seq(1).ack(1).ts(1501, echo).len(2000));
    t.read(1, 2000);
    t.clearSent();
    t.write(1000);
    Segment data = t.expect(tcp().psh().seq(1).ack(2001).len(1000));
    assertThat(Objects.requireNonNull(data.tsVal) - echo).isBetween(500, 600);
  }

  @Test
  void withoutTimestampsTheMssIsAllThatIsRemembered() {
    t.send(tcp().syn().seq(0).mss(1350).sackOk().scale(9));
    Segment synAck = t.expect(tcp().syn().ack(1));
    assertThat(synAck.sackOk).isFalse();
    assertThat(synAck.scale).isNull();
    t.send(tcp().seq(1).ack(1).len(500));
    assertThat(t.events).containsExactly("connected", "readable");
    assertThat(t.socket().info().sendMss()).isEqualTo(1300);
    assertThat(t.socket().info().sack()).isFalse();
    t.read(1, 500);
    t.clearSent();
  }

  @Test
  void aForgedCookieIsRefused() {
    t.send(tcp().syn().seq(0).mss(1460));
    t.next();
    for (int wrong : new int[] {-100, 100, 0x4000, 0x0200_0001, 0x7000_0001}) {
      t.send(tcp().seq(1).ack(wrong));
      t.expect(tcp().rst());
    }
    // of another port
    t.peerPort++;
    t.send(tcp().seq(1).ack(1));
    t.expect(tcp().rst());
    assertThat(t.engine.counters().syncookiesFailed).isEqualTo(6);
    assertThat(t.accepted).isNull();
  }

  @Test
  void anOldCookieIsRefused() {
    t.send(tcp().syn().seq(0).mss(1460));
    t.next();
    t.after(121_000).clearSent();
    t.send(tcp().seq(1).ack(1));
    t.expect(tcp().rst());
    assertThat(t.accepted).isNull();
  }

  @Test
  void anAckWithoutACookieBeforeIsNotLookedAt() {
    TcpTester quiet = new TcpTester();
    quiet.listen();
    quiet.iss = 0;
    quiet.send(tcp().seq(1).ack(1));
    quiet.expect(tcp().rst());
    assertThat(quiet.engine.counters().syncookiesFailed).isZero();
  }

  @Test
  void aParkedSynIsNeverAnsweredByACookie() {
    t.engine.listen(0, 0, 81, syn -> {});
    t.ourPort = 81;
    t.send(tcp().syn().seq(0).mss(1460)).expectNothing();
    t.peerPort++;
    t.send(tcp().syn().seq(0).mss(1460)).expectNothing();
    assertThat(t.engine.counters().parked).isEqualTo(2);
    // they are given up in time
    t.loop.runForMillis(200_000);
    assertThat(t.engine.counters().parked).isZero();
    t.clearSent();
  }

  /** 100 000 SYNs a second from changing addresses, for a second. */
  @Test
  void aFloodOfSynsLeavesRoomForThoseWhoMeanIt() {
    int before = t.pool.live();
    long answered = 0;
    for (int i = 0; i < 100_000; i++) {
      t.peerAddress = Addresses.v4(0x0b00_0000 + i * 31);
      t.send(tcp().syn().seq(i).mss(1460));
      answered += t.pendingSent();
      t.clearSent();
      if (i % 10_000 == 5000) {
        handshake(0x0c00_0000 + i);
      }
    }
    assertThat(answered).isEqualTo(100_000);
    assertThat(sockets()).isLessThanOrEqualTo(2);
    assertThat(t.pool.live()).isEqualTo(before);
    assertThat(t.engine.counters().syncookiesRecv).isEqualTo(10);
  }

  private void handshake(int address) {
    t.peerAddress = Addresses.v4(address);
    t.send(tcp().syn().seq(0).mss(1460));
    t.expect(tcp().syn().ack(1));
    t.events.clear();
    t.send(tcp().seq(1).ack(1));
    assertThat(t.events).containsExactly("connected");
    t.socket().abort();
    t.loop.turn();
    t.clearSent();
  }
}
