package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.NumberCondition;
import java.util.List;

/** {@code ttl} and {@code hl}: time to live or hop limit equal to, below or above a number. */
public final class HopsMatch extends MatchExtension {
  private String operation = "";
  private boolean inverted;
  private int value;

  /** A match; {@code name} is {@code ttl} or {@code hl}. */
  public HopsMatch(String name) {
    super(name);
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.inverted(name() + "-eq"), Option.of(name() + "-lt"), Option.of(name() + "-gt"));
  }

  @Override
  public void take(String option, boolean not, String text) throws IptablesException {
    once(operation.isEmpty(), option);
    operation = option.substring(option.length() - 2);
    inverted = not;
    value = (int) number(option, text, 0, 255);
  }

  @Override
  public void check() throws IptablesException {
    if (operation.isEmpty()) {
      String upper = name().equals("ttl") ? "TTL" : "HL";
      throw IptablesException.parameter(
          "%s match: You must specify one of `--%s-eq', `--%s-lt', `--%s-gt"
              .formatted(upper, name(), name(), name()));
    }
  }

  @Override
  public void save(StringBuilder to) {
    to.append(inverted ? " !" : "").append(" --").append(name()).append('-').append(operation);
    to.append(' ').append(value);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    String upper = name().equals("ttl") ? "TTL" : "HL";
    String sign =
        switch (operation) {
          case "lt" -> "<";
          case "gt" -> ">";
          default -> inverted ? "!=" : "==";
        };
    to.append(' ').append(upper).append(" match ").append(upper).append(' ').append(sign);
    to.append(' ').append(value);
  }

  @Override
  public void compile(List<Condition> to) {
    switch (operation) {
      case "lt" -> to.add(new NumberCondition(Field.TTL, 0, value - 1L, false));
      case "gt" -> to.add(new NumberCondition(Field.TTL, value + 1L, 255, false));
      default -> to.add(new NumberCondition(Field.TTL, value, value, inverted));
    }
  }
}
