package dev.patchbay.it.kernel;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The whole measurement.
 *
 * @param cells which
 * @param seeds how many of each
 * @param firstSeed their first
 * @param lanes transfers at the same time
 */
record Comparison(List<Cell> cells, int seeds, long firstSeed, int lanes) {
  /** All cells, ten seeds. */
  static final Comparison WHOLE = new Comparison(Cell.ALL, 10, 1, 4);

  /** A cell and a seed: all three ways of it follow each other in one lane. */
  private record Job(Cell cell, long seed) {}

  /**
   * Runs it.
   *
   * @param progress gets a line for each transfer
   */
  Outcome run(PrintStream progress) throws Exception {
    BlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
    for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
      for (Cell cell : cells) {
        jobs.add(new Job(cell, seed));
      }
    }
    Collection<Run> runs = new ConcurrentLinkedQueue<>();
    progress.println(Run.HEAD);
    try (ExecutorService threads = Executors.newFixedThreadPool(lanes)) {
      List<Future<?>> working = new ArrayList<>();
      for (int i = 0; i < lanes; i++) {
        long own = firstSeed + i;
        working.add(
            threads.submit(() -> {
              work(own, jobs, runs, progress);
              return true;
            }));
      }
      for (Future<?> lane : working) {
        wait(lane, jobs);
      }
    }
    return new Outcome(cells, List.copyOf(runs));
  }

  private static void wait(Future<?> lane, BlockingQueue<Job> jobs) throws Exception {
    try {
      lane.get();
    } catch (ExecutionException e) {
      jobs.clear();
      throw e;
    }
  }

  private static void work(
      long own, BlockingQueue<Job> jobs, Collection<Run> runs, PrintStream progress)
      throws Exception {
    try (Lane lane = new Lane(own)) {
      for (Job job = jobs.poll(); job != null; job = jobs.poll()) {
        for (Way way : Way.values()) {
          Run run = lane.measure(job.cell(), way, job.seed());
          runs.add(run);
          progress.println(run.row());
        }
      }
    }
  }

  /**
   * For the script: {@code [-n SEEDS] [-s FIRST] [-j LANES] [CELL…]}. Exit status 1 where a bar is
   * missed, 2 for wrong words.
   */
  public static void main(String[] words) throws Exception {
    Comparison comparison;
    try {
      comparison = parse(words);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    Outcome outcome = comparison.run(System.err);
    System.out.print(outcome.table());
    System.exit(outcome.misses().isEmpty() ? 0 : 1);
  }

  private static Comparison parse(String[] words) {
    int seeds = WHOLE.seeds;
    long first = WHOLE.firstSeed;
    int lanes = WHOLE.lanes;
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < words.length; i++) {
      switch (words[i]) {
        case "-n" -> seeds = (int) number(words, ++i);
        case "-s" -> first = number(words, ++i);
        case "-j" -> lanes = (int) number(words, ++i);
        default -> cells.add(Cell.named(words[i]));
      }
    }
    return new Comparison(cells.isEmpty() ? Cell.ALL : cells, seeds, first, lanes);
  }

  private static long number(String[] words, int i) {
    String word = i < words.length ? words[i] : "";
    if (!word.matches("[1-9][0-9]{0,8}")) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s '%s': expected a number from 1", words[i - 1], word));
    }
    return Long.parseLong(word);
  }
}
