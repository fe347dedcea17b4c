package dev.patchbay.stack.admin.sysctl;

import dev.patchbay.stack.admin.GetOpt;
import dev.patchbay.stack.admin.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The options of {@code sysctl}.
 *
 * @param letters those that were given, a letter each
 * @param pattern what names must match, or null
 * @param words keys, settings or files
 */
record SysctlOptions(String letters, @Nullable Pattern pattern, List<String> words) {
  /** {@code --dry-run}, which has no letter. */
  static final char DRY_RUN = 'D';

  /** {@code --system}, which has none either. */
  static final char SYSTEM = 'S';

  private static final String LETTERS = "bneNwfpaAoxXqr:Vdh";
  private static final Map<String, Character> NAMES =
      Map.ofEntries(
          Map.entry("all", 'a'),
          Map.entry("deprecated", 'o'),
          Map.entry("dry-run", DRY_RUN),
          Map.entry("binary", 'b'),
          Map.entry("ignore", 'e'),
          Map.entry("names", 'N'),
          Map.entry("values", 'n'),
          Map.entry("load", 'p'),
          Map.entry("system", SYSTEM),
          Map.entry("pattern", 'r'),
          Map.entry("quiet", 'q'),
          Map.entry("write", 'w'),
          Map.entry("help", 'h'),
          Map.entry("version", 'V'));

  /**
   * Reads them.
   *
   * @throws RefusedException with getopt's message
   */
  static SysctlOptions parse(List<String> argv) throws RefusedException {
    GetOpt parsed = GetOpt.parse("sysctl", LETTERS + "DS", NAMES, "", withoutOptional(argv));
    StringBuilder letters = new StringBuilder();
    String pattern = null;
    for (GetOpt.Option option : parsed.options()) {
      letters.append(option.letter());
      pattern = option.letter() == 'r' ? option.argument() : pattern;
    }
    List<String> words = new ArrayList<>(parsed.words());
    words.addAll(0, attached(argv));
    return new SysctlOptions(
        letters.toString(), pattern == null ? null : ExtendedRegex.compile(pattern), words);
  }

  boolean has(char letter) {
    return letters.indexOf(letter) >= 0;
  }

  /** The files that are to be read: the words of {@code -p}; none without it. */
  static List<String> files(List<String> argv) {
    try {
      SysctlOptions options = parse(argv);
      return options.loads() ? options.words() : List.of();
    } catch (RefusedException e) {
      return List.of(); // told by who runs it
    }
  }

  boolean loads() {
    return has('p') || has('f');
  }

  /** {@code -pFILE} and {@code --load=FILE}: a file only where it hangs on the option. */
  private static List<String> attached(List<String> argv) {
    List<String> files = new ArrayList<>();
    for (String word : argv) {
      if (word.startsWith("--load=")) {
        files.add(word.substring("--load=".length()));
      } else if (isShort(word)) {
        files.add(word.substring(2));
      }
    }
    return files;
  }

  private static boolean isShort(String word) {
    return word.length() > 2 && (word.startsWith("-p") || word.startsWith("-f"));
  }

  private static List<String> withoutOptional(List<String> argv) {
    return argv.stream()
        .map(word -> word.startsWith("--load=") || isShort(word) ? "-p" : word)
        .toList();
  }
}
