package dev.patchbay.stack.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The command line as GNU's {@code getopt_long} reads it: letters together, long names cut short
 * where that is unambiguous, options also behind other words.
 *
 * @param options in their order
 * @param words what is no option
 */
public record GetOpt(List<Option> options, List<String> words) {
  /**
   * One option.
   *
   * @param letter of the short form
   * @param argument empty where it has none
   */
  public record Option(char letter, String argument) {}

  /**
   * Reads {@code argv}.
   *
   * @param program its name, for messages
   * @param letters the short options, a colon behind those with an argument
   * @param names the long options and the letters that they stand for
   * @param usage what stands below a message
   */
  public static GetOpt parse(
      String program, String letters, Map<String, Character> names, String usage, List<String> argv)
      throws RefusedException {
    List<Option> options = new ArrayList<>();
    List<String> words = new ArrayList<>();
    try {
      for (int at = 0; at < argv.size(); at++) {
        String word = argv.get(at);
        String next = at + 1 < argv.size() ? argv.get(at + 1) : null;
        if (word.equals("--")) {
          words.addAll(argv.subList(at + 1, argv.size()));
          break;
        }
        boolean tookNext;
        if (word.startsWith("--")) {
          tookNext = named(word.substring(2), next, letters, names, options);
        } else if (word.startsWith("-") && word.length() > 1) {
          tookNext = lettered(word, next, letters, options);
        } else {
          words.add(word);
          continue;
        }
        at += tookNext ? 1 : 0;
      }
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          RefusedException.SYNTAX, program + ": " + e.getMessage() + "\n" + usage);
    }
    return new GetOpt(options, words);
  }

  private static boolean hasArgument(String letters, char letter) {
    return letters.indexOf(letter + ":") >= 0;
  }

  private static boolean lettered(
      String word, @Nullable String next, String letters, List<Option> to) {
    for (int i = 1; i < word.length(); i++) {
      char letter = word.charAt(i);
      if (letter == ':' || letters.indexOf(letter) < 0) {
        throw new IllegalArgumentException("invalid option -- '" + letter + "'");
      }
      if (!hasArgument(letters, letter)) {
        to.add(new Option(letter, ""));
      } else if (i + 1 < word.length()) {
        to.add(new Option(letter, word.substring(i + 1)));
        return false;
      } else if (next != null) {
        to.add(new Option(letter, next));
        return true;
      } else {
        throw new IllegalArgumentException("option requires an argument -- '" + letter + "'");
      }
    }
    return false;
  }

  private static boolean named(
      String word,
      @Nullable String next,
      String letters,
      Map<String, Character> names,
      List<Option> to) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    Character letter = names.get(name);
    if (letter == null) {
      List<String> fits = names.keySet().stream().filter(n -> n.startsWith(name)).sorted().toList();
      List<Character> meanings = fits.stream().map(names::get).distinct().toList();
      if (meanings.isEmpty()) {
        throw new IllegalArgumentException("unrecognized option '--" + name + "'");
      }
      if (meanings.size() > 1) {
        String all = String.join("' '--", fits);
        throw new IllegalArgumentException(
            "option '--" + name + "' is ambiguous; possibilities: '--" + all + "'");
      }
      letter = meanings.getFirst();
    }
    if (!hasArgument(letters, letter)) {
      if (equals >= 0) {
        throw new IllegalArgumentException("option '--" + name + "' doesn't allow an argument");
      }
      to.add(new Option(letter, ""));
      return false;
    }
    if (equals >= 0) {
      to.add(new Option(letter, word.substring(equals + 1)));
      return false;
    }
    if (next == null) {
      throw new IllegalArgumentException("option '--" + name + "' requires an argument");
    }
    to.add(new Option(letter, next));
    return true;
  }
}
