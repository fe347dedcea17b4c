package dev.patchbay.stack.oracle.rules;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Two routers held against each other: the same rules, the same packets, the same result. */
public final class Differential {
  /** Conversations of a trial. */
  private static final int CONVERSATIONS = 16;

  /** Conversations of a trial that is recorded. */
  private static final int RECORDED = 5;

  /** Times that a trial has to differ. */
  private static final int TRIES = 2;

  /** Failing seeds after which it ends: more of them tell nothing more. */
  private static final int MOST = 5;

  private final Filter theirs;
  private final Filter ours;
  private final boolean tracked;

  /**
   * A comparison.
   *
   * @param theirs the one that is right
   * @param tracked with translation of addresses and conditions on connections
   */
  public Differential(Filter theirs, Filter ours, boolean tracked) {
    this.theirs = theirs;
    this.ours = ours;
    this.tracked = tracked;
  }

  /**
   * Compares by so many seeds.
   *
   * @return for each of the first seeds that differ: the shrunk trial and what differs; empty where
   *     none does
   */
  public List<String> run(long first, int seeds) throws IOException {
    List<String> reports = new ArrayList<>();
    for (long seed = first; seed < first + seeds && reports.size() < MOST; seed++) {
      Trial trial = Trial.of(seed, tracked, CONVERSATIONS);
      if (differsAgain(trial)) {
        reports.add(report(new Shrinker(this::differsAgain).shrink(trial)));
      }
    }
    return reports;
  }

  /** What differs for one seed, not shrunk. */
  public List<String> look(long seed) throws IOException {
    return differences(Trial.of(seed, tracked, CONVERSATIONS));
  }

  /**
   * Writes what theirs makes of some seeds, from 1 on, for {@code GoldenTest}.
   *
   * @param folder where there is a file for each afterwards
   */
  public void record(Path folder, int seeds) throws IOException {
    for (int seed = 1; seed <= seeds; seed++) {
      Trial trial = Trial.of(seed, tracked, RECORDED);
      Golden.write(folder.resolve("seed-" + seed + ".txt"), trial, trial.run(theirs));
    }
  }

  private List<String> differences(Trial trial) throws IOException {
    return trial.run(theirs).against(trial.run(ours));
  }

  /** What comes by chance, a port or a delay, differs once. */
  private boolean differsAgain(Trial trial) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      if (!differs(trial)) {
        return false;
      }
    }
    return true;
  }

  private boolean differs(Trial trial) throws IOException {
    return !differences(trial).isEmpty();
  }

  private String report(Trial trial) throws IOException {
    Outcome outcome = trial.run(theirs);
    StringBuilder text = new StringBuilder();
    text.append("seed ").append(trial.seed()).append(tracked ? ", tracked" : "").append('\n');
    trial.four().stream().filter(Shrinker::counts).forEach(rule -> text.append(line("4", rule)));
    trial.six().stream().filter(Shrinker::counts).forEach(rule -> text.append(line("6", rule)));
    for (Outcome.Passage passage : outcome.passages()) {
      text.append("  > ").append(passage).append('\n');
    }
    for (String difference : differences(trial)) {
      text.append("  ").append(difference).append('\n');
    }
    return text.toString();
  }

  private static String line(String family, RuleSource.RuleText rule) {
    return "  " + family + " " + rule.table() + " " + rule.line() + "\n";
  }
}
