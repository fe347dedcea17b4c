package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The delivery rate of {@code TCP_INFO} (draft-cheng-iccrg-delivery-rate-estimation). */
class DeliveryRateTest {
  private static final int MSS = 1000;
  private final TcpTester t = new TcpTester();

  DeliveryRateTest() {
    t.handshakeMillis = 40;
  }

  @AfterEach
  void noLeaks() {
    t.end();
  }

  private void ack(int upTo) {
    t.send(tcp().seq(1).ack(upTo));
  }

  private void isRate(long bytesPerSecond, boolean appLimited) {
    TcpInfo info = t.socket().info();
    assertThat(info.deliveryRate()).isEqualTo(bytesPerSecond);
    assertThat(info.deliveryRateAppLimited()).isEqualTo(appLimited);
  }

  @Test
  void aWindowInARoundTrip() {
    t.established(tcp().mss(MSS));
    isRate(0, true);
    t.write(10 * MSS);
    t.after(40);
    ack(1 + 5 * MSS);
    isRate(125_000, true);
    ack(1 + 10 * MSS);
    isRate(250_000, true);
    t.clearSent();
  }

  @Test
  void acknowledgmentsThatComeTogetherDoNotMakeThePathFaster() {
    t.established(tcp().mss(MSS));
    for (int i = 0; i < 8; i++) {
      t.write(MSS); // at 0, 10, ... 70 ms
      t.after(i == 7 ? 9 : 10);
    }
    ack(1 + 4 * MSS); // at 79 ms; the fourth was sent at 30
    isRate(4 * MSS * 1000L / 79, true);
    t.after(1);
    t.write(MSS); // at 80 ms
    t.after(40);
    ack(1 + 9 * MSS);
    // sent within 50 ms, acknowledged within 41
    isRate(5 * MSS * 1000L / 50, true);
    t.clearSent();
  }

  @Test
  void aUserThatWritesLittleDoesNotLowerIt() {
    t.established(tcp().mss(MSS));
    t.write(10 * MSS);
    t.after(40);
    ack(1 + 10 * MSS);
    t.write(MSS);
    t.after(40);
    ack(1 + 11 * MSS);
    isRate(250_000, true);
    // more than the window: what is sent once the first ACK has come is not limited by the user
    t.socket().sendBuffer(1 << 20);
    t.write(40 * MSS);
    int first = t.socket().flight();
    t.after(40);
    ack(1 + 16 * MSS);
    isRate(250_000, true);
    int later = t.socket().flight() - first + 5 * MSS;
    assertThat(later).isGreaterThan(MSS);
    t.after(150);
    ack(1 + 11 * MSS + first + later);
    isRate((first + later - 5 * MSS) * 1000L / 150, false);
    t.clearSent();
  }

  @Test
  void whatIsSelectivelyAcknowledgedIsDeliveredOnce() {
    TcpSocket s = t.established(tcp().mss(MSS).sackOk());
    t.write(10 * MSS);
    int before = DeliveryRate.delivered(s);
    t.after(40);
    t.send(tcp().seq(1).ack(1).sack(1 + 4 * MSS, 1 + 10 * MSS));
    assertThat(DeliveryRate.delivered(s) - before).isEqualTo(6 * MSS);
    isRate(150_000, true);
    t.after(10);
    ack(1 + 10 * MSS);
    assertThat(DeliveryRate.delivered(s) - before).isEqualTo(10 * MSS);
    // the repair went out 40 ms after what had been delivered last, and was not the user's doing
    isRate(100_000, false);
    t.clearSent();
  }

  /** {@code tcp_rate_gen}: an interval below the least round trip is no sample. */
  @Test
  void aRetransmissionWhoseFirstTransmissionArrivedSaysNothing() {
    t.established(tcp().mss(MSS));
    t.write(MSS);
    t.awaitSent(1000);
    t.clearSent();
    t.awaitSent(1000); // the time-out
    t.after(1);
    ack(1 + MSS);
    assertThat(t.engine.counters().tcpTimeouts).isOne();
    assertThat(t.socket().info().deliveryRate()).isLessThan(MSS * 1000 / 40);
    t.clearSent();
  }

  /** In a bulk transfer it is what the path carries. */
  @Test
  void aBulkTransferShowsTheRateOfThePath() {
    long rate = 1_250_000;
    BulkTransfer transfer = new BulkTransfer(1, 1 << 30, rate, 40_000_000, 100_000).open();
    double payload = rate * 1448 / 1500.0;
    for (int second = 1; second <= 10; second++) {
      transfer.loop.runForMillis(1000);
      TcpInfo info = transfer.socket().info();
      assertThat((double) info.deliveryRate())
          .as("after %d s", second)
          .isCloseTo(payload, within(payload * 0.03));
      assertThat(info.deliveryRateAppLimited()).isFalse();
    }
  }
}
