package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.OutputOption;
import dev.patchbay.stack.admin.RefusedException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The options of {@code tc} before its object.
 *
 * @param output what is told and how
 * @param batch whether commands come from standard input
 * @param netns the namespace that is meant ({@code -n}); empty for the one of the command
 * @param used number of words of the command line that they took
 */
record TcOptions(
    Set<OutputOption> output,
    boolean force,
    boolean batch,
    boolean version,
    boolean help,
    String netns,
    int used)
    implements OutputOption.Options {
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
    Set<OutputOption> output = EnumSet.noneOf(OutputOption.class);
    boolean force = false;
    boolean batch = false;
    String netns = "";
    int at = 0;
    for (; at < argv.size() && argv.get(at).startsWith("-"); at++) {
      String word = argv.get(at);
      String name = OutputOption.full(ORDER, word);
      switch (name) {
        case "-stats", "-statistics", "-details", "-pretty", "-json" ->
            OutputOption.take(name, output);
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
        case "-netns" -> {
          if (++at == argv.size()) {
            throw RefusedException.incomplete();
          }
          netns = argv.get(at);
        }
        case "-Version" -> {
          return new TcOptions(output, force, batch, true, false, "", at);
        }
        case "-help" -> {
          return new TcOptions(output, force, batch, false, true, "", at);
        }
        case "" ->
            throw new RefusedException(
                RefusedException.SYNTAX, "Option \"" + word + "\" is unknown, try \"tc -help\".");
        default -> throw TcArgs.notHere("tc " + name);
      }
    }
    boolean nothing = at == argv.size() && !batch;
    return new TcOptions(output, force, batch, false, nothing, netns, at);
  }
}
