package dev.patchbay.it.rules;

import dev.patchbay.stack.oracle.rules.Differential;
import dev.patchbay.stack.oracle.rules.OurFilter;
import java.nio.file.Path;

/**
 * Records what the kernel does, for stack's {@code GoldenTest}: after a change of what is generated
 * or compared. Needs root, {@code iptables} and {@code /dev/net/tun}.
 */
final class Record {
  private static final int SEEDS = 20;

  private Record() {}

  /**
   * {@code FOLDER}: {@code stack/src/test/resources/dev/patchbay/stack/oracle/rules}.
   *
   * @param args as said
   */
  public static void main(String[] args) throws Exception {
    try (KernelFilter theirs = new KernelFilter(false);
        OurFilter ours = new OurFilter()) {
      new Differential(theirs, ours, false).record(Path.of(args[0]), SEEDS);
    }
  }
}
