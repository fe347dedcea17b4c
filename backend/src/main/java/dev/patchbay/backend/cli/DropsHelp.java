package dev.patchbay.backend.cli;

import dev.patchbay.backend.capture.DropRing;
import java.util.List;

/** What {@code drops --help} prints, which needs no daemon. */
public final class DropsHelp {
  private static final String TEXT =
      """
      Usage: drops [--port NAME] [--last N] [-j]
        --port NAME   only packets on the account of this device
        --last N      at most so many, the newest (default and most %d)
        -j            as JSON
      """
          .formatted(DropRing.SIZE);

  private DropsHelp() {}

  /** Whether help is asked for. */
  public static boolean isAsked(List<String> args) {
    return args.contains("--help") || args.contains("-h");
  }

  /** Complete lines. */
  public static String text() {
    return TEXT;
  }
}
