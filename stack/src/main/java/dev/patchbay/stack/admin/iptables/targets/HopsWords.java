package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.netfilter.targets.TtlTarget;
import java.util.List;
import java.util.Locale;

/** {@code TTL} and {@code HL}: changes time to live or hop limit. */
public final class HopsWords extends TargetExtension {
  private final String word;
  private String operation = "";
  private int value;

  /** A target; {@code name} is {@code TTL} or {@code HL}. */
  public HopsWords(String name) {
    super(name);
    word = name.toLowerCase(Locale.ROOT);
  }

  @Override
  public List<Option> options() {
    return List.of(Option.of(word + "-set"), Option.of(word + "-dec"), Option.of(word + "-inc"));
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    once(operation.isEmpty(), option);
    operation = option.substring(word.length() + 1);
    value = (int) number(option, text, operation.equals("set") ? 0 : 1, 255);
  }

  @Override
  public void check() throws IptablesException {
    if (operation.isEmpty()) {
      throw IptablesException.parameter(name() + ": You must specify an action");
    }
  }

  @Override
  public void save(StringBuilder to) {
    to.append(" --").append(word).append('-').append(operation).append(' ').append(value);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    String text =
        switch (operation) {
          case "set" -> " set to ";
          case "dec" -> " decrement by ";
          default -> " increment by ";
        };
    to.append(' ').append(name()).append(text).append(value);
  }

  @Override
  public Target compile() {
    TtlTarget.Change change =
        switch (operation) {
          case "set" -> TtlTarget.Change.SET;
          case "dec" -> TtlTarget.Change.DECREASE;
          default -> TtlTarget.Change.INCREASE;
        };
    return new TtlTarget(change, value);
  }
}
