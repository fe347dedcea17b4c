package dev.patchbay.stack.admin.iptables.extension;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Names of bits, with commas between them; each may be cut short and written in small letters. */
public final class StateNames {
  private final String word;
  private final Map<String, Integer> parsed = new LinkedHashMap<>();
  private final Map<String, Integer> printed = new LinkedHashMap<>();

  /**
   * None yet.
   *
   * @param word what a bad name is called in messages
   */
  public StateNames(String word) {
    this.word = word;
  }

  /** Adds a name; in the order of this they are printed. */
  public StateNames with(String name, int bit) {
    printed.put(name, bit);
    return this;
  }

  /** Says in which order names that were cut short are looked for. */
  public StateNames soughtAs(String... names) {
    for (String name : names) {
      parsed.put(name, printed.getOrDefault(name, 0));
    }
    return this;
  }

  /**
   * The bits of a list.
   *
   * @param option with its dashes, for messages
   * @param nouns what it is a list of
   */
  public int parse(String text, String option, String nouns, String example)
      throws IptablesException {
    int bits = 0;
    String rest = text;
    for (int comma = rest.indexOf(','); comma >= 0; comma = rest.indexOf(',')) {
      bits |= one(rest.substring(0, comma), rest);
      rest = rest.substring(comma + 1);
    }
    if (rest.isEmpty()) {
      throw IptablesException.parameter(
          "\"%s\" requires a list of %s with no spaces, e.g. %s".formatted(option, nouns, example));
    }
    return bits | one(rest, rest);
  }

  private int one(String name, String rest) throws IptablesException {
    if (!name.isEmpty()) {
      for (Map.Entry<String, Integer> entry : parsed.entrySet()) {
        if (entry.getKey().regionMatches(true, 0, name, 0, name.length())
            && name.length() <= entry.getKey().length()) {
          return entry.getValue();
        }
      }
    }
    throw IptablesException.parameter("Bad " + word + " \"" + rest + "\"");
  }

  /** The names of bits, in their order. */
  public String text(int bits) {
    return printed.entrySet().stream()
        .filter(entry -> (bits & entry.getValue()) != 0)
        .map(Map.Entry::getKey)
        .collect(Collectors.joining(","));
  }
}
