package dev.patchbay.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.loop.VirtualLoop;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Goodput of CUBIC over a link of 100 Mbit/s that loses at random, held against the response
 * function of RFC 9438. Seeded, on virtual time: the figures are the same in each run.
 */
class LossTest {
  private static final int SEEDS = 9;
  private static final int MSS = BulkTransfer.MTU - 52;

  /** Bytes a second of 100 Mbit/s. */
  private static final long RATE = 12_500_000;

  /**
   * Least share of the response function. That takes losses to be evenly spaced; random ones come
   * in clusters, and what one round trip loses twice is repaired more slowly.
   */
  private static final double SHARE = 0.8;

  @Test
  void onePercentAt20Milliseconds() {
    check(0.01, 20);
  }

  @Test
  void aThousandthAt100Milliseconds() {
    check(0.001, 100);
  }

  private static void check(double loss, int rttMillis) {
    double[] goodput = new double[SEEDS];
    for (int i = 0; i < SEEDS; i++) {
      goodput[i] = transfer(i + 1, loss, rttMillis * 1_000_000L, 40_000_000);
    }
    Arrays.sort(goodput);
    double median = goodput[SEEDS / 2];
    double expected = Math.min(responseFunction(loss, rttMillis / 1000.0) * MSS, RATE);
    System.out.printf(
        "loss %.1f %%, round trip %d ms: %.2f Mbit/s (%.2f to %.2f), response function %.2f%n",
        loss * 100,
        rttMillis,
        median * 8e-6,
        goodput[0] * 8e-6,
        goodput[SEEDS - 1] * 8e-6,
        expected * 8e-6);
    assertThat(median).isGreaterThan(SHARE * expected);
    // no seed is far below, and nobody wins by ignoring losses
    assertThat(goodput[0]).isGreaterThan(0.5 * expected);
    assertThat(median).isLessThan(2 * expected);
  }

  /**
   * Segments a second at the average window, with one loss in 1/p segments: of the cubic region
   * (RFC 9438 section 5, AVG_W_cubic, beta of section 4.6) or of the Reno-friendly one (section
   * 4.3: alpha is chosen so that its average is Reno's, sqrt(3/2p)), whichever is larger.
   */
  private static double responseFunction(double p, double rtt) {
    double c = 0.4;
    double beta = 0.7;
    double cubic = Math.pow(c * (3 + beta) / (4 * (1 - beta)), 0.25) * Math.pow(rtt / p, 0.75);
    double reno = Math.sqrt(1.5 / p);
    return Math.max(cubic, reno) / rtt;
  }

  /** Bytes a second of the second half, when what slow start reached by luck is forgotten. */
  private static double transfer(long seed, double loss, long rtt, int bytes) {
    // a bandwidth-delay product and what a burst needs
    int queue = (int) (RATE * rtt / 1_000_000_000L) + 64 * BulkTransfer.MTU;
    BulkTransfer transfer = new BulkTransfer(seed, bytes, RATE, rtt, queue);
    transfer.links[0].loss = loss;
    transfer.open();
    VirtualLoop loop = transfer.loop;
    long half = 0;
    while (transfer.received() < bytes && loop.now() < 600_000_000_000L) {
      loop.runForMillis(1);
      half = transfer.received() < bytes / 2 ? loop.now() : half;
    }
    assertThat(transfer.received()).as("seed %d", seed).isEqualTo(bytes);
    return bytes / 2 * 1e9 / (loop.now() - half);
  }
}
