package dev.patchbay.backend.cli;

import java.util.List;

/** What {@code save --help} and {@code load --help} print, which need no daemon. */
public final class LoadHelp {
  /** Complete lines. */
  public static final String TEXT =
      """
      Usage: save           print the configuration of all namespaces as a script of words
             load FILE      run such a script, line by line, without a shell; - is standard input
      """;

  private LoadHelp() {}

  /** Whether help is asked for. */
  static boolean isAsked(String word, List<String> args) {
    boolean own = word.equals("save") || word.equals("load");
    return own && (args.contains("--help") || args.contains("-h"));
  }
}
