package dev.patchbay.backend.cli;

import java.util.List;

/** One word of {@code patchbay}. */
@FunctionalInterface
public interface Command {
  /**
   * Runs it.
   *
   * @param args what follows the word
   * @return the exit status
   */
  int run(List<String> args, Io io);
}
