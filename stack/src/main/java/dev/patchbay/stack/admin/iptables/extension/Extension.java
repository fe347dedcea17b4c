package dev.patchbay.stack.admin.iptables.extension;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A match or a target of one rule. It takes its options while a command is read, and is not changed
 * afterwards.
 */
public abstract class Extension {
  private final String name;

  /** The options that were taken, a bit each by its place in {@link #options}. */
  private int said;

  protected Extension(String name) {
    this.name = name;
  }

  /** Its name behind {@code -m} or {@code -j}. */
  public final String name() {
    return name;
  }

  /** Its options. */
  public abstract List<Option> options();

  /**
   * Takes an option.
   *
   * @param option the whole name of one of {@link #options}
   * @param inverted whether {@code !} stood before it
   * @param value the word behind it, two of them with a space between, or empty
   */
  public abstract void take(String option, boolean inverted, String value) throws IptablesException;

  /** Says what is missing, where something is. */
  public void check() throws IptablesException {}

  /**
   * What the kernel answers to a rule with it ({@code checkentry}), null where it takes the rule.
   *
   * @param chain where the rule is to stand
   * @param protocol the one that all packets of the rule have, 0 for any
   */
  public @Nullable String refusal(String chain, int protocol) {
    return null;
  }

  /** What is said of it although it is taken, a line; empty for nothing. */
  public String warning() {
    return "";
  }

  /** Appends its options as {@code -S} prints them, each with a space before it. */
  public abstract void save(StringBuilder to);

  /** Appends its text of {@code -L}, with a space before it. */
  public abstract void list(StringBuilder to, boolean numeric);

  /** Refuses a second option where one is allowed. */
  protected final void once(boolean first, String option) throws IptablesException {
    if (!first) {
      throw IptablesException.parameter(
          name + ": option \"--" + option + "\" can only be used once.\n");
    }
  }

  /** What two options that exclude each other are refused with. */
  protected final IptablesException together(String option, String other) {
    return IptablesException.parameter(
        "%s: option \"--%s\" cannot be used together with \"--%s\".\n"
            .formatted(name, option, other));
  }

  /** Notes an option as taken; it may be so once. */
  protected final void once(String option) throws IptablesException {
    int bit = bit(option);
    once((said & bit) == 0, option);
    said |= bit;
  }

  /** Whether an option was noted by {@link #once(String)}. */
  protected final boolean has(String option) {
    return (said & bit(option)) != 0;
  }

  private int bit(String option) {
    List<Option> all = options();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).name().equals(option)) {
        return 1 << i;
      }
    }
    throw new IllegalArgumentException(option);
  }

  /** Refuses two options that were both taken. */
  protected final void apart(String option, String other) throws IptablesException {
    if (has(option) && has(other)) {
      throw together(option, other);
    }
  }

  /** A text that an option takes, of one character at least; what is longer is cut. */
  protected static String text(String value, int most) throws IptablesException {
    if (value.isEmpty()) {
      throw IptablesException.parameter("Argument must have a minimum length of 1 characters\n");
    }
    return value.length() > most ? value.substring(0, most) : value;
  }

  /** What a missing option is called by. */
  protected final IptablesException missing(String option) {
    return IptablesException.parameter(name + ": option \"--" + option + "\" must be specified\n");
  }

  /** A number that an option takes, from {@code low} to {@code high}. */
  protected final long number(String option, String value, long low, long high)
      throws IptablesException {
    long number = Values.number(value);
    if (number < low || number > high) {
      throw IptablesException.parameter(
          "%s: bad value for option \"--%s\", or out of range (%d-%d).\n"
              .formatted(name, option, low, high));
    }
    return number;
  }
}
