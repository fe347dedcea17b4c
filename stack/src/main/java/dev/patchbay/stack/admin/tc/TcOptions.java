package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.RefusedException;
import java.util.List;

/**
 * The options of {@code tc} before its object.
 *
 * @param batch whether commands come from standard input
 * @param used number of words of the command line that they took
 */
record TcOptions(
    boolean json,
    boolean pretty,
    boolean statistics,
    boolean details,
    boolean force,
    boolean batch,
    boolean version,
    boolean help,
    int used) {
  private static final List<String> ORDER =
      List.of(
          "-stats",
          "-statistics",
          "-details",
          "-raw",
          "-pretty",
          "-graph",
          "-Version",
          "-iec",
          "-help",
          "-force",
          "-batch",
          "-netns",
          "-Numeric",
          "-names",
          "-nm",
          "-cf",
          "-conf",
          "-color",
          "-timestamp",
          "-tshort",
          "-json",
          "-oneline",
          "-brief");

  static TcOptions parse(List<String> argv) throws RefusedException {
    boolean json = false;
    boolean pretty = false;
    boolean statistics = false;
    boolean details = false;
    boolean force = false;
    boolean batch = false;
    int at = 0;
    for (; at < argv.size() && argv.get(at).startsWith("-"); at++) {
      String word = argv.get(at);
      // the order in which iproute2 tries them decides what an abbreviation means
      String name = ORDER.stream().filter(o -> o.startsWith(word)).findFirst().orElse("");
      switch (name) {
        case "-stats", "-statistics" -> statistics = true;
        case "-details" -> details = true;
        case "-pretty" -> pretty = true;
        case "-json" -> json = true;
        case "-force" -> force = true;
        case "-batch" -> {
          at++;
          batch = true;
          if (at == argv.size()) {
            throw RefusedException.incomplete();
          }
          if (!argv.get(at).equals("-")) {
            throw TcArgs.notHere("tc -batch " + argv.get(at));
          }
        }
        case "-Version" -> {
          return new TcOptions(json, pretty, statistics, details, force, batch, true, false, at);
        }
        case "-help" -> {
          return new TcOptions(json, pretty, statistics, details, force, batch, false, true, at);
        }
        case "" ->
            throw new RefusedException(
                RefusedException.SYNTAX, "Option \"" + word + "\" is unknown, try \"tc -help\".");
        default -> throw TcArgs.notHere("tc " + name);
      }
    }
    boolean nothing = at == argv.size() && !batch;
    return new TcOptions(json, pretty, statistics, details, force, batch, false, nothing, at);
  }
}
