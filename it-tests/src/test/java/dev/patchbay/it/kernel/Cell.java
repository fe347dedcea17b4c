package dev.patchbay.it.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One condition of the link, the same for both directions.
 *
 * @param loss share of IPv4 packets that vanish, each by itself, in percent
 * @param rttMillis round trip without queueing in ms, half of it each way
 */
record Cell(double loss, int rttMillis) {
  /** Bits a second of frames, in each direction: few enough that no side is short of processor. */
  static final long RATE = 50_000_000;

  private static final int FRAME = 1514;
  private static final int LEAST_QUEUE = 100 * FRAME;

  /** The twelve of the comparison. */
  static final List<Cell> ALL = all();

  private static List<Cell> all() {
    List<Cell> cells = new ArrayList<>();
    for (double loss : new double[] {0, 0.1, 1, 5}) {
      for (int rtt : new int[] {1, 20, 100}) {
        cells.add(new Cell(loss, rtt));
      }
    }
    return List.copyOf(cells);
  }

  /**
   * The cell of that name.
   *
   * @param text LOSS/RTT, as {@link #toString} has it
   * @throws IllegalArgumentException naming those that there are
   */
  static Cell named(String text) {
    return ALL.stream()
        .filter(cell -> cell.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("cell '" + text + "': expected one of " + ALL));
  }

  /** One way, ns. */
  long delay() {
    return rttMillis * 1_000_000L / 2;
  }

  /** Bytes that wait for the link at most: a bandwidth-delay product, at least 100 full frames. */
  int queue() {
    return (int) Math.max(RATE / 8 * rttMillis / 1000, LEAST_QUEUE);
  }

  /** How long a transfer is measured: a long path needs time to leave slow start, s. */
  int seconds() {
    return rttMillis >= 100 ? 10 : 4;
  }

  @Override
  public String toString() {
    String percent = loss == (int) loss ? Integer.toString((int) loss) : Double.toString(loss);
    return String.format(Locale.ROOT, "%s%%/%dms", percent, rttMillis);
  }
}
