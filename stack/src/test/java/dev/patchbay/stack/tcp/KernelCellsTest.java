package dev.patchbay.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/**
 * Two cells of the measurement against the Linux kernel ({@code it-tests/bench/kernel}), in
 * simulation: the same link and duration, ours to ours, beside what the kernel reached there with
 * itself. Seeded, on virtual time: the figures are the same in each run.
 */
class KernelCellsTest {
  private static final int SEEDS = 10;

  /** Bytes a second of 50 Mbit/s. */
  private static final long RATE = 6_250_000;

  private static final long SECOND = 1_000_000_000L;

  /** Least queue, bytes: 100 full frames. */
  private static final int LEAST_QUEUE = 100 * 1514;

  /** Least geometric mean of ours to the kernel's, and least of any cell, as there. */
  private static final double MEAN = 0.9;

  private static final double LEAST = 0.7;

  @Test
  void isAsGoodAsTheKernel() throws IOException {
    double first = share(1, 20, 4);
    double second = share(0.1, 100, 10);
    assertThat(Math.min(first, second)).isGreaterThanOrEqualTo(LEAST);
    assertThat(Math.sqrt(first * second)).isGreaterThanOrEqualTo(MEAN);
  }

  private static double share(double loss, int rttMillis, int seconds) throws IOException {
    double kernel = kernels(loss, rttMillis);
    double[] goodput = new double[SEEDS];
    for (int seed = 1; seed <= SEEDS; seed++) {
      goodput[seed - 1] = transfer(seed, loss / 100, rttMillis * 1_000_000L, seconds);
    }
    Arrays.sort(goodput);
    double median = (goodput[SEEDS / 2 - 1] + goodput[SEEDS / 2]) / 2;
    System.out.printf(
        "loss %.1f %%, round trip %d ms: %.2f Mbit/s (%.2f to %.2f), the kernel %.2f%n",
        loss, rttMillis, median, goodput[0], goodput[SEEDS - 1], kernel);
    return median / kernel;
  }

  /** Mbit/s, median of its seeds. */
  private static double kernels(double loss, int rttMillis) throws IOException {
    Properties figures = new Properties();
    try (InputStream in = KernelCellsTest.class.getResourceAsStream("kernel-cells.properties")) {
      figures.load(Objects.requireNonNull(in));
    }
    String key =
        String.format(
            Locale.ROOT, "loss-%s.rtt-%d", loss == 1 ? "1" : Double.toString(loss), rttMillis);
    return Double.parseDouble(Objects.requireNonNull(figures.getProperty(key), key));
  }

  /** Mbit/s from when the client was connected. */
  private static double transfer(long seed, double loss, long rtt, int seconds) {
    int queue = (int) Math.max(RATE * rtt / SECOND, LEAST_QUEUE);
    BulkTransfer transfer = new BulkTransfer(seed, 1 << 30, RATE, rtt, queue);
    transfer.links[0].loss = loss;
    transfer.links[1].loss = loss;
    transfer.open();
    while (!transfer.isConnected()) {
      transfer.loop.runForMillis(1);
    }
    transfer.loop.runForMillis(1000L * seconds);
    return transfer.received() * 8e-6 / seconds;
  }
}
