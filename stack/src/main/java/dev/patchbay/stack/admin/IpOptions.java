package dev.patchbay.stack.admin;

import dev.patchbay.stack.NetworkStack;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The options of {@code ip} before its object.
 *
 * @param family 0 for any, 4, 6 or {@link #LINK}
 * @param output what is told and how
 * @param netns the namespace that is meant ({@code -n}); empty for the one of the command
 * @param used number of words of the command line that they took
 */
public record IpOptions(int family, Set<OutputOption> output, String netns, int used)
    implements OutputOption.Options {
  /** The family {@code link}: {@code AF_PACKET}. */
  public static final int LINK = 17;

  private static final List<String> ORDER =
      List.of(
          "-family",
          "-4",
          "-6",
          "-0",
          "-stats",
          "-statistics",
          "-details",
          "-oneline",
          "-brief",
          "-json",
          "-netns",
          "-pretty");

  public static IpOptions parse(List<String> argv) throws RefusedException {
    Set<OutputOption> output = EnumSet.noneOf(OutputOption.class);
    int family = 0;
    String netns = "";
    int at = 0;
    while (at < argv.size() && argv.get(at).startsWith("-") && !argv.get(at).equals("-")) {
      String word = argv.get(at++);
      String name = word.startsWith("--") ? word.substring(1) : word;
      String full = name.equals("-b") ? "" : OutputOption.full(ORDER, name); // -b is -batch
      if (OutputOption.take(full, output)) {
        continue;
      }
      switch (full) {
        case "-4" -> family = 4;
        case "-6" -> family = 6;
        case "-0" -> family = LINK;
        case "-family" -> {
          if (at == argv.size()) {
            throw RefusedException.incomplete();
          }
          family = family(argv.get(at++));
        }
        case "-netns" -> {
          if (at == argv.size()) {
            throw noNamespace("(null)");
          }
          netns = argv.get(at++);
        }
        default ->
            throw new RefusedException(
                RefusedException.SYNTAX, "Option \"" + word + "\" is unknown, try \"ip -help\".");
      }
    }
    return new IpOptions(family, output, netns, at);
  }

  /** Each device in a line of its own, with the least. */
  public boolean brief() {
    return output.contains(OutputOption.BRIEF);
  }

  /** {@code -s} twice. */
  public boolean moreStatistics() {
    return output.contains(OutputOption.MORE_STATISTICS);
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

  private static int family(String word) throws RefusedException {
    return switch (word) {
      case "inet" -> 4;
      case "inet6" -> 6;
      case "link" -> LINK;
      case "bridge", "mpls" -> throw RefusedException.unsupported("ip -family " + word);
      default -> throw RefusedException.wrong(word, "invalid protocol family\n");
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
      return JsonWriter.write(entries.stream().map(json).toList(), pretty());
    }
    StringBuilder out = new StringBuilder();
    entries.forEach(entry -> out.append(text.apply(entry)));
    return out.toString();
  }

  /** These options for an object of which {@code -s} twice says nothing here. */
  public IpOptions withoutMore() throws RefusedException {
    if (moreStatistics()) {
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
