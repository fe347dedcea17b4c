package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What differs over IPv6: segment sizes (RFC 9293 section 3.7.1) and path MTU (RFC 8201). */
class Ipv6Test {
  private final TcpTester t = new TcpTester();

  @BeforeEach
  void six() {
    t.six = true;
  }

  @AfterEach
  void noLeaks() {
    t.end();
  }

  /** SHLD-5, MUST-67: the fixed headers have 60 bytes. */
  @Test
  void theOfferIsTheMtuLessSixty() {
    t.connect();
    t.expect(tcp().syn().seq(0).mss(1440));
    t.mtu = 1280;
    t.peerPort++;
    t.connect();
    t.expect(tcp().syn().seq(0).mss(1220));
    t.mtu = 65_535;
    t.peerPort++;
    t.connect();
    t.expect(tcp().syn().seq(0).mss(65_475));
  }

  /** MUST-15. */
  @Test
  void withoutAnOfferSegmentsHave1220Bytes() {
    t.established(tcp());
    assertThat(t.socket().info().sendMss()).isEqualTo(1220);
    t.send(tcp().seq(1).ack(1).win(2000));
    t.write(3000);
    t.expect(tcp().seq(1).ack(1).len(1220));
  }

  @Test
  void dataGoesBothWays() {
    t.established(tcp().mss(1440).ts(1, 0).sackOk().scale(7));
    t.send(tcp().seq(1).ack(1).ts(2, 0).len(1000));
    t.expect(tcp().seq(1).ack(1001));
    t.read(1, 1000);
    t.write(2856);
    t.expect(tcp().psh().seq(1).ack(1001).len(2856));
    t.send(tcp().seq(1001).ack(2857).ts(3, 0));
    assertThat(t.socket().info().flight()).isZero();
  }

  /** RFC 8201 section 4: what is below the minimum link MTU is discarded, not rounded up. */
  @Test
  void aTooSmallMtuInPacketTooBigIsDiscarded() {
    t.established(tcp().mss(1440));
    t.write(1440);
    t.next();
    t.icmp(IcmpErrorKind.PACKET_TOO_BIG, 1279, 1);
    t.icmp(IcmpErrorKind.PACKET_TOO_BIG, 68, 1);
    t.expectNothing();
    assertThat(t.socket().info().pathMtu()).isEqualTo(1500);
    t.icmp(IcmpErrorKind.PACKET_TOO_BIG, 1280, 1);
    t.expect(tcp().psh().seq(1).ack(1).len(1440));
    assertThat(t.socket().info().sendMss()).isEqualTo(1220);
  }
}
