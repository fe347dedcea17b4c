package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.admin.JsonWriter;
import dev.patchbay.stack.admin.RefusedException;
import java.util.List;

/**
 * The options of {@code bridge} before its object.
 *
 * @param netns the namespace that is meant ({@code -n}); empty for the one of the command
 * @param used number of words of the command line that they took
 */
record BridgeOptions(
    boolean json,
    boolean pretty,
    boolean statistics,
    boolean details,
    boolean oneLine,
    boolean version,
    boolean help,
    String netns,
    int used) {
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
    boolean json = false;
    boolean pretty = false;
    boolean statistics = false;
    boolean details = false;
    boolean oneLine = false;
    String netns = "";
    int at = 0;
    for (; at < argv.size() && argv.get(at).startsWith("-"); at++) {
      String word = argv.get(at);
      if (word.equals("--")) {
        at++;
        break;
      }
      String name = word.startsWith("--") ? word.substring(1) : word;
      // the order in which iproute2 tries them decides what an abbreviation means
      switch (ORDER.stream().filter(o -> o.startsWith(name)).findFirst().orElse("")) {
        case "-help" -> {
          return new BridgeOptions(json, pretty, statistics, details, oneLine, false, true, "", at);
        }
        case "-Version" -> {
          return new BridgeOptions(json, pretty, statistics, details, oneLine, true, false, "", at);
        }
        case "-stats", "-statistics" -> statistics = true;
        case "-details" -> details = true;
        case "-oneline" -> oneLine = true;
        case "-json" -> json = true;
        case "-pretty" -> pretty = true;
        case "-family" -> {
          at++;
          if (at == argv.size() || argv.get(at).equals("help")) {
            return new BridgeOptions(
                json, pretty, statistics, details, oneLine, false, true, "", at);
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
    return new BridgeOptions(json, pretty, statistics, details, oneLine, false, nothing, netns, at);
  }

  /** A list as JSON. */
  String write(List<?> entries) {
    return JsonWriter.write(entries, pretty);
  }

  /** What ends a line within an entry ({@code _SL_}). */
  String lineEnd() {
    return oneLine ? "\\" : "\n";
  }
}
