package dev.patchbay.stack.admin.iptables.extension;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A match of one option that must be there once. */
public abstract class SimpleMatch extends MatchExtension {
  private final Option option;
  private boolean taken;
  private boolean inverted;

  protected SimpleMatch(String name, Option option) {
    super(name);
    this.option = option;
  }

  @Override
  public final List<Option> options() {
    return List.of(option);
  }

  @Override
  public final void take(String name, boolean not, String value) throws IptablesException {
    once(!taken, name);
    taken = true;
    inverted = not;
    read(value);
  }

  @Override
  public final void check() throws IptablesException {
    if (!taken) {
      throw missing(option.name());
    }
  }

  @Override
  public final void save(StringBuilder to) {
    to.append(inverted ? " !" : "").append(" --").append(option.name());
    String value = saved();
    if (value != null) {
      to.append(' ').append(value);
    }
  }

  /** Whether {@code !} stood before it. */
  protected final boolean inverted() {
    return inverted;
  }

  /** The name of its option. */
  protected final String optionName() {
    return option.name();
  }

  /** Reads the option's value. */
  protected abstract void read(String value) throws IptablesException;

  /** The value as {@code -S} prints it; null for an option without. */
  protected abstract @Nullable String saved();
}
