package dev.patchbay.backend.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The command {@code patchbay}: options for a word ({@code --control}, {@code --name}), the word,
 * its arguments. Called through a link, the launcher passes the link's name in {@value #ARGV0}, and
 * that is the word.
 */
public final class Main {
  /** The variable in which the launcher passes the name it was called by. */
  public static final String ARGV0 = "PATCHBAY_ARGV0";

  private static final Set<String> FOR_WORDS = Set.of("--control", "--name");

  private Main() {}

  /** Ends the process with the word's exit status. */
  public static void main(String[] args) {
    Io io = Io.ofProcess();
    int status = run(List.of(args), io, Words.standard());
    if (status == 0 && io.out().checkError()) {
      status =
          io.fail("standard output cannot be written; what was to be shown is lost", Words.FAILED);
    }
    System.exit(status);
  }

  /**
   * Runs a command line.
   *
   * @param args all of them
   * @return the exit status
   */
  public static int run(List<String> args, Io io, Words words) {
    String called = io.env().getOrDefault(ARGV0, "");
    called = called.substring(called.lastIndexOf('/') + 1);
    if (words.isLink(called)) {
      return words.run(called, List.of(), args, io);
    }
    List<String> before = new ArrayList<>();
    int i = 0;
    while (i < args.size() && args.get(i).startsWith("-")) {
      String arg = args.get(i);
      String option = arg.contains("=") ? arg.substring(0, arg.indexOf('=')) : arg;
      if (arg.equals("--help") || arg.equals("-h")) {
        io.out().print(words.help());
        return 0;
      }
      if (arg.equals("--version") || arg.equals("-V")) {
        io.out().println(Version.line());
        return 0;
      }
      if (!FOR_WORDS.contains(option)) {
        return io.fail("unknown option '" + option + "'; see patchbay --help", Words.USAGE);
      }
      if (arg.contains("=")) {
        before.add(option);
        before.add(arg.substring(option.length() + 1));
        i++;
      } else if (i + 1 < args.size()) {
        before.add(option);
        before.add(args.get(i + 1));
        i += 2;
      } else {
        return io.fail(option + " needs an argument; see patchbay --help", Words.USAGE);
      }
    }
    if (i == args.size()) {
      io.err().print(words.help());
      return Words.USAGE;
    }
    return words.run(args.get(i), before, args.subList(i + 1, args.size()), io);
  }
}
