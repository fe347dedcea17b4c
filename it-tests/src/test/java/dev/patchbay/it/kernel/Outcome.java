package dev.patchbay.it.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured, and whether it is good enough. */
record Outcome(List<Cell> cells, List<Run> runs) {
  /** Least geometric mean over the cells of ours to the kernel's. */
  static final double MEAN = 0.9;

  /** Least of any cell. */
  static final double LEAST = 0.7;

  /** Median over the seeds, bits a second. */
  double median(Cell cell, Way way) {
    double[] sorted =
        runs.stream()
            .filter(run -> run.cell().equals(cell) && run.way() == way)
            .mapToDouble(Run::goodput)
            .sorted()
            .toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Ours to the kernel's. */
  double ratio(Cell cell, Way way) {
    return median(cell, way) / median(cell, Way.KERNEL);
  }

  /** Geometric mean of the ratios over the cells. */
  double mean(Way way) {
    double sum = cells.stream().mapToDouble(cell -> Math.log(ratio(cell, way))).sum();
    return Math.exp(sum / cells.size());
  }

  /** Which bars are missed, in words. */
  List<String> misses() {
    List<String> misses = new ArrayList<>();
    for (Way way : List.of(Way.SENDING, Way.RECEIVING)) {
      for (Cell cell : cells) {
        double ratio = ratio(cell, way);
        if (ratio < LEAST) {
          misses.add(text("%s, %s: %.2f of the kernel's, below %.1f", way, cell, ratio, LEAST));
        }
      }
      double mean = mean(way);
      if (mean < MEAN) {
        misses.add(text("%s: geometric mean %.2f, below %.1f", way, mean, MEAN));
      }
    }
    return misses;
  }

  /** For people; medians in Mbit/s. */
  String table() {
    StringBuilder table = new StringBuilder();
    table.append(text("| cell | %s | %s | ratio | %s | ratio |%n", (Object[]) Way.values()));
    table.append(text("|---|---|---|---|---|---|%n"));
    for (Cell cell : cells) {
      table.append(
          text(
              "| %s | %.2f | %.2f | %.2f | %.2f | %.2f |%n",
              cell,
              median(cell, Way.KERNEL) / 1e6,
              median(cell, Way.SENDING) / 1e6,
              ratio(cell, Way.SENDING),
              median(cell, Way.RECEIVING) / 1e6,
              ratio(cell, Way.RECEIVING)));
    }
    table.append(
        text("| geometric mean | | | %.2f | | %.2f |%n", mean(Way.SENDING), mean(Way.RECEIVING)));
    misses().forEach(miss -> table.append(text("missed: %s%n", miss)));
    long late = runs.stream().mapToLong(Run::late).sum();
    long packets = runs.stream().mapToLong(Run::packets).sum();
    table.append(text("late frames: %d beside %d of the senders%n", late, packets));
    return table.toString();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
