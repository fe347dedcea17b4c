package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.admin.OutputOption;
import dev.patchbay.stack.admin.RefusedException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The options of {@code bridge} before its object.
 *
 * @param output what is told and how
 * @param netns the namespace that is meant ({@code -n}); empty for the one of the command
 * @param used number of words of the command line that they took
 */
record BridgeOptions(
    Set<OutputOption> output, boolean version, boolean help, String netns, int used)
    implements OutputOption.Options {
  private static final List<String> ORDER =
      List.of(
          "-help",
          "-Version",
          "-stats",
          "-statistics",
          "-details",
          "-oneline",
          "-timestamp",
          "-family",
          "-4",
          "-6",
          "-netns",
          "-color",
          "-compressvlans",
          "-force",
          "-json",
          "-pretty",
          "-batch");

  /**
   * Reads them.
   *
   * @throws RefusedException for what is unknown, or not supported here
   */
  static BridgeOptions parse(List<String> argv) throws RefusedException {
    Set<OutputOption> output = EnumSet.noneOf(OutputOption.class);
    String netns = "";
    int at = 0;
    for (; at < argv.size() && argv.get(at).startsWith("-"); at++) {
      String word = argv.get(at);
      if (word.equals("--")) {
        at++;
        break;
      }
      String name = word.startsWith("--") ? word.substring(1) : word;
      String full = OutputOption.full(ORDER, name);
      if (OutputOption.take(full, output)) {
        continue;
      }
      switch (full) {
        case "-help" -> {
          return new BridgeOptions(output, false, true, "", at);
        }
        case "-Version" -> {
          return new BridgeOptions(output, true, false, "", at);
        }
        case "-family" -> {
          at++;
          if (at == argv.size() || argv.get(at).equals("help")) {
            return new BridgeOptions(output, false, true, "", at);
          }
          if (!argv.get(at).equals("inet") && !argv.get(at).equals("inet6")) {
            throw RefusedException.wrong(argv.get(at), "invalid protocol family");
          }
        }
        case "-netns" -> {
          if (++at == argv.size()) {
            throw RefusedException.incomplete();
          }
          netns = argv.get(at);
        }
        case "-4", "-6" -> {
          // a family is asked for by addresses behind dst alone, which are refused
        }
        case "" ->
            throw BridgeArgs.failed("Option \"" + name + "\" is unknown, try \"bridge help\".");
        default -> throw RefusedException.unsupported("bridge " + word);
      }
    }
    boolean nothing = at == argv.size();
    return new BridgeOptions(output, false, nothing, netns, at);
  }
}
