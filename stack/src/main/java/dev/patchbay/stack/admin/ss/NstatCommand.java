package dev.patchbay.stack.admin.ss;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.GetOpt;
import dev.patchbay.stack.admin.JsonWriter;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.ip.IpCommand;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code nstat} (iproute2 6.1) over the counters of a namespace. Its history, which
 * iproute2 keeps in a file of each user, is kept here for each namespace and as long as this object
 * lives. A counter that Linux has and this stack has not is absent, with {@code -z} too. Averages
 * ({@code -d}, {@code -t}) are refused.
 */
public final class NstatCommand {
  private static final String USAGE =
      """
      Usage: nstat [ OPTIONS ] [ PATTERN... ]
        -a, --ignore    absolute values, not what was added since the last call
        -s, --noupdate  leave the history as it is
        -n, --nooutput  update the history alone
        -r, --reset     forget the history first
        -z, --zeros     counters at zero too
        -j, --json      -p, --pretty   JSON, with line breaks
        -h, --help      -V, --version\
      """;

  private static final Map<String, Character> NAMES =
      Map.ofEntries(
          Map.entry("help", 'h'),
          Map.entry("ignore", 'a'),
          Map.entry("scan", 'd'),
          Map.entry("json", 'j'),
          Map.entry("nooutput", 'n'),
          Map.entry("pretty", 'p'),
          Map.entry("reset", 'r'),
          Map.entry("noupdate", 's'),
          Map.entry("interval", 't'),
          Map.entry("version", 'V'),
          Map.entry("zeros", 'z'));

  private final Map<NetworkStack, Map<String, Long>> histories = new WeakHashMap<>();

  /**
   * Answers what no namespace is needed for: version and usage, which as with iproute2 goes to
   * standard error with status 255.
   *
   * @param argv the words behind {@code nstat}
   * @return null for all else
   */
  public static IpCommand.@Nullable Result withoutNetwork(List<String> argv) {
    try {
      for (GetOpt.Option option : options(argv).options()) {
        if (option.letter() == 'h') {
          return new IpCommand.Result(RefusedException.SYNTAX, "", USAGE + "\n");
        } else if (option.letter() == 'V' || option.letter() == 'v') {
          return new IpCommand.Result(0, "nstat utility, patchbay (as iproute2-6.1.0)\n", "");
        }
      }
      return null;
    } catch (RefusedException e) {
      return null; // who runs it says what is wrong
    }
  }

  private static GetOpt options(List<String> argv) throws RefusedException {
    return GetOpt.parse("nstat", "hvVzrnasd:t:jp", NAMES, USAGE, argv);
  }

  /**
   * Runs a command on the loop of the namespace.
   *
   * @param argv the words behind {@code nstat}
   */
  public IpCommand.Result run(NetworkStack stack, List<String> argv) {
    IpCommand.Result known = withoutNetwork(argv);
    if (known != null) {
      return known;
    }
    try {
      return new IpCommand.Result(0, execute(stack, options(argv)), "");
    } catch (RefusedException e) {
      return new IpCommand.Result(e.status(), "", e.getMessage() + "\n");
    }
  }

  private String execute(NetworkStack stack, GetOpt parsed) throws RefusedException {
    StringBuilder letters = new StringBuilder();
    for (GetOpt.Option option : parsed.options()) {
      if (option.letter() == 'd' || option.letter() == 't') {
        throw RefusedException.unsupported("nstat -" + option.letter());
      }
      letters.append(option.letter());
    }
    String flags = letters.toString();
    List<Pattern> patterns = parsed.words().stream().map(NstatCommand::glob).toList();
    if (flags.contains("r")) {
      histories.remove(stack);
    }
    Map<String, Long> now = NstatCounters.read(stack);
    Map<String, Long> before =
        flags.contains("a") ? Map.of() : histories.getOrDefault(stack, Map.of());
    if (!flags.contains("s")) {
      histories.put(stack, history(now, before, patterns));
    }
    if (flags.contains("n")) {
      return "";
    }
    Map<String, Long> shown = new LinkedHashMap<>();
    now.forEach((name, value) -> {
      long grown = value - before.getOrDefault(name, 0L);
      if (matches(name, patterns) && (grown != 0 || flags.contains("z"))) {
        shown.put(name, grown);
      }
    });
    return print(shown, flags);
  }

  /** What did not match keeps what the history had, so that it is not lost for the next call. */
  private static Map<String, Long> history(
      Map<String, Long> now, Map<String, Long> before, List<Pattern> patterns) {
    Map<String, Long> next = new LinkedHashMap<>();
    now.forEach((name, value) -> {
      Long old = before.get(name);
      next.put(name, old == null || matches(name, patterns) ? value : old);
    });
    return next;
  }

  private static String print(Map<String, Long> shown, String flags) {
    if (flags.contains("j")) {
      return JsonWriter.write(Map.of("kernel", shown), flags.contains("p"));
    }
    StringBuilder out = new StringBuilder("#kernel\n");
    shown.forEach((name, value) ->
        out.append(String.format(Locale.ROOT, "%-32s%-16d%6.1f\n", name, value, 0.0)));
    return out.toString();
  }

  private static boolean matches(String name, List<Pattern> patterns) {
    return patterns.isEmpty() || patterns.stream().anyMatch(p -> p.matcher(name).matches());
  }

  /** A pattern of a shell ({@code fnmatch}). */
  private static Pattern glob(String words) {
    StringBuilder regex = new StringBuilder();
    boolean inSet = false;
    for (int i = 0; i < words.length(); i++) {
      char c = words.charAt(i);
      if (c == '[' && !inSet && words.indexOf(']', i + 2) > 0) {
        inSet = true;
        boolean negated = words.charAt(i + 1) == '!';
        regex.append(negated ? "[^" : "[");
        i += negated ? 1 : 0;
      } else if (inSet) {
        inSet = c != ']';
        regex.append(c == '\\' || c == '[' || c == '&' ? "\\" + c : c);
      } else {
        regex.append(
            switch (c) {
              case '*' -> ".*";
              case '?' -> ".";
              default -> Pattern.quote(String.valueOf(c));
            });
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
