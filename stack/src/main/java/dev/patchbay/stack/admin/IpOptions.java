package dev.patchbay.stack.admin;

import dev.patchbay.stack.NetworkStack;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The options of {@code ip} before its object.
 *
 * @param family 0 for any, 4, 6 or {@link #LINK}
 * @param moreStatistics {@code -s} twice
 * @param netns the namespace that is meant ({@code -n}); empty for the one of the command
 * @param used number of words of the command line that they took
 */
public record IpOptions(
    int family,
    boolean json,
    boolean pretty,
    boolean oneLine,
    boolean brief,
    boolean statistics,
    boolean moreStatistics,
    boolean details,
    String netns,
    int used) {
  /** The family {@code link}: {@code AF_PACKET}. */
  public static final int LINK = 17;

  /** Flags while parsing. */
  private static final int JSON = 1;

  private static final int PRETTY = 2;
  private static final int ONE_LINE = 4;
  private static final int BRIEF = 8;
  private static final int STATISTICS = 16;
  private static final int DETAILS = 32;
  private static final int MORE_STATISTICS = 64;

  public static IpOptions parse(List<String> argv) throws RefusedException {
    int set = 0;
    int family = 0;
    String netns = "";
    int at = 0;
    while (at < argv.size() && argv.get(at).startsWith("-") && !argv.get(at).equals("-")) {
      String word = argv.get(at++);
      String name = word.startsWith("--") ? word.substring(1) : word;
      if (name.equals("-4")) {
        family = 4;
      } else if (name.equals("-6")) {
        family = 6;
      } else if (name.equals("-0")) {
        family = LINK;
      } else if (matches(name, "-family")) {
        if (at == argv.size()) {
          throw RefusedException.incomplete();
        }
        family = family(argv.get(at++));
      } else if (matches(name, "-netns")) {
        if (at == argv.size()) {
          throw noNamespace("(null)");
        }
        netns = argv.get(at++);
      } else {
        int flag = flag(name, word);
        if (flag == STATISTICS && (set & STATISTICS) != 0) {
          set |= MORE_STATISTICS;
        }
        set |= flag;
      }
    }
    return new IpOptions(
        family,
        (set & JSON) != 0,
        (set & PRETTY) != 0,
        (set & ONE_LINE) != 0,
        (set & BRIEF) != 0,
        (set & STATISTICS) != 0,
        (set & MORE_STATISTICS) != 0,
        (set & DETAILS) != 0,
        netns,
        at);
  }

  private static RefusedException noNamespace(String name) {
    return new RefusedException(
        RefusedException.SYNTAX,
        "Cannot open network namespace \"" + name + "\": No such file or directory");
  }

  /**
   * The namespace that {@code -n} names, or the one of the command.
   *
   * @throws RefusedException where there is none of that name
   */
  public NetworkStack namespace(NetworkStack own) throws RefusedException {
    return netns.isEmpty() ? own : namespace(own, netns);
  }

  /**
   * The namespace of a name.
   *
   * @throws RefusedException where there is none
   */
  public static NetworkStack namespace(NetworkStack own, String name) throws RefusedException {
    NetworkStack found = own.namespaces().find(name);
    if (found == null) {
      throw noNamespace(name);
    }
    return found;
  }

  private static int flag(String name, String word) throws RefusedException {
    if (matches(name, "-json")) {
      return JSON;
    } else if (matches(name, "-pretty")) {
      return PRETTY;
    } else if (matches(name, "-oneline")) {
      return ONE_LINE;
    } else if (name.startsWith("-br") && matches(name, "-brief")) {
      return BRIEF;
    } else if (matches(name, "-stats") || matches(name, "-statistics")) {
      return STATISTICS;
    } else if (matches(name, "-details")) {
      return DETAILS;
    }
    throw new RefusedException(
        RefusedException.SYNTAX, "Option \"" + word + "\" is unknown, try \"ip -help\".");
  }

  private static int family(String word) throws RefusedException {
    return switch (word) {
      case "inet" -> 4;
      case "inet6" -> 6;
      case "link" -> LINK;
      case "bridge", "mpls" -> throw RefusedException.unsupported("ip -family " + word);
      default ->
          throw RefusedException.wrong(word, "invalid protocol family\n");
    };
  }

  /** Whether {@code word} is {@code full} or an abbreviation of it; one letter suffices. */
  public static boolean matches(String word, String full) {
    return !word.isEmpty() && !word.equals("-") && full.startsWith(word);
  }

  /** What a listing prints of its entries: an array of JSON, or one text behind the other. */
  public <T> String print(
      List<T> entries, Function<T, Map<String, ?>> json, Function<T, String> text) {
    if (json()) {
      return JsonWriter.write(entries.stream().map(json).toList(), pretty);
    }
    StringBuilder out = new StringBuilder();
    entries.forEach(entry -> out.append(text.apply(entry)));
    return out.toString();
  }

  /** These options for an object of which {@code -s} twice says nothing here. */
  public IpOptions withoutMore() throws RefusedException {
    if (moreStatistics) {
      throw RefusedException.unsupported("ip -s -s");
    }
    return this;
  }

  /** These options for an object that has nothing of the link by itself. */
  public IpOptions withoutLink() throws RefusedException {
    if (family == LINK) {
      throw RefusedException.unsupported("ip -family link");
    }
    return this;
  }

  /** Whether what is of family {@code wanted} (4, 6 or {@link #LINK}) is asked for. */
  public boolean wants(int wanted) {
    return family == 0 || family == wanted;
  }
}
