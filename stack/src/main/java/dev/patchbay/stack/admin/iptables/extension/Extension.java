package dev.patchbay.stack.admin.iptables.extension;

import java.util.List;

/**
 * A match or a target of one rule. It takes its options while a command is read, and is not changed
 * afterwards.
 */
public abstract class Extension {
  private final String name;

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
