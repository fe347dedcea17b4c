package dev.patchbay.stack.oracle.rules;

import dev.patchbay.stack.oracle.rules.RuleSource.RuleText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Takes away from a trial what its difference does not need. */
final class Shrinker {
  /** Trials that it makes at most. */
  private static final int BUDGET = 400;

  /** Whether a trial still differs. */
  interface Check {
    boolean differs(Trial trial) throws IOException;
  }

  private final Check check;
  private int left = BUDGET;

  Shrinker(Check check) {
    this.check = check;
  }

  /** Whether a line of rules is worth showing. */
  static boolean counts(RuleText rule) {
    return rule.rule() || rule.line().contains(" DROP ");
  }

  /** A part of the trial that differs too; one that differs at first. */
  Trial shrink(Trial trial) throws IOException {
    Trial least = trial;
    int before;
    do {
      before = size(least);
      least = steps(least);
      least = rules(least, true);
      least = rules(least, false);
    } while (size(least) < before && left > 0);
    return least;
  }

  private static int size(Trial trial) {
    return trial.steps().size() + trial.four().size() + trial.six().size();
  }

  private boolean differs(Trial trial) throws IOException {
    return left-- > 0 && check.differs(trial);
  }

  private Trial steps(Trial trial) throws IOException {
    Trial least = trial;
    for (int part = Math.max(1, least.steps().size() / 2); part > 0; part /= 2) {
      for (int at = least.steps().size() - part; at > -part; at -= part) {
        int from = Math.max(0, at);
        int to = at + part;
        Trial less = least.keeping(i -> i < from || i >= to);
        if (less.steps().size() < least.steps().size() && differs(less)) {
          least = less;
        }
      }
    }
    return least;
  }

  private Trial rules(Trial trial, boolean v4) throws IOException {
    Trial least = trial;
    int size = (v4 ? least.four() : least.six()).size();
    for (int part = Math.max(1, size / 2); part > 0; part /= 2) {
      for (int at = size - part; at > -part; at -= part) {
        List<RuleText> all = v4 ? least.four() : least.six();
        List<RuleText> fewer = without(all, Math.max(0, at), at + part);
        Trial less = v4 ? least.with(fewer, least.six()) : least.with(least.four(), fewer);
        if (fewer.size() < all.size() && differs(less)) {
          least = less;
        }
      }
      size = (v4 ? least.four() : least.six()).size();
    }
    return least;
  }

  private static List<RuleText> without(List<RuleText> all, int from, int to) {
    List<RuleText> kept = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (i < from || i >= to || !all.get(i).rule()) {
        kept.add(all.get(i));
      }
    }
    return kept;
  }
}
