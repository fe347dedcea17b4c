package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import java.util.List;

/**
 * {@code ip netns exec NAME WORD…}: one of our own words within a namespace, for those without an
 * option {@code -n}.
 *
 * @param stack the namespace
 * @param argv the word and its arguments
 */
public record NetnsExec(NetworkStack stack, List<String> argv) {
  private static final int WORD = 4;

  /**
   * Where a command line runs: as it is in the namespace at hand, where it is none of these.
   *
   * @param argv a word and its arguments
   * @throws RefusedException where there is no such namespace, or no word
   */
  public static NetnsExec of(NetworkStack own, List<String> argv) throws RefusedException {
    if (!isOne(argv)) {
      return new NetnsExec(own, argv);
    }
    if (argv.size() < WORD) {
      throw new RefusedException(RefusedException.FAILED, "No netns name specified");
    }
    if (argv.size() == WORD) {
      throw new RefusedException(RefusedException.FAILED, "No command specified");
    }
    NetworkStack there = IpOptions.namespace(own, argv.get(WORD - 1));
    return of(there, argv.subList(WORD, argv.size()));
  }

  /** How many words stand before the one that is run; 0 where it is no such command. */
  public static int prefix(List<String> argv) {
    return isOne(argv) && argv.size() > WORD ? WORD : 0;
  }

  private static boolean isOne(List<String> argv) {
    return argv.size() > 2
        && argv.get(0).equals("ip")
        && argv.get(1).startsWith("net")
        && IpOptions.matches(argv.get(1), "netns")
        && IpOptions.matches(argv.get(2), "exec");
  }
}
