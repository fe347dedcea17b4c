package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Dscp;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.expression.BitsCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import java.util.List;

/** {@code dscp}: the code point, by number or by the name of its class. */
public final class DscpMatch extends MatchExtension {
  private static final int NONE = -1;

  private int value = NONE;
  private boolean inverted;

  public DscpMatch() {
    super("dscp");
  }

  @Override
  public List<Option> options() {
    return List.of(Option.inverted("dscp"), Option.inverted("dscp-class"));
  }

  @Override
  public void take(String option, boolean not, String text) throws IptablesException {
    once(value == NONE, option);
    value = option.equals("dscp") ? (int) number(option, text, 0, 0x3f) : Dscp.ofClass(text);
    inverted = not;
  }

  @Override
  public void check() throws IptablesException {
    if (value == NONE) {
      throw IptablesException.parameter("DSCP match: Parameter --dscp is required");
    }
  }

  @Override
  public void save(StringBuilder to) {
    to.append(inverted ? " !" : "").append(" --dscp ").append(Values.hex2(value));
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" DSCP match ").append(inverted ? "!" : "").append(Values.hex2(value));
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new BitsCondition(Field.TOS, 0xfc, (long) value << 2, inverted));
  }
}
