package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.SimpleMatch;
import dev.patchbay.stack.admin.iptables.extension.TosValue;
import dev.patchbay.stack.netfilter.expression.BitsCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import java.util.List;

/** {@code tos}: type of service or traffic class under a mask. */
public final class TosMatch extends SimpleMatch {
  private TosValue tos = new TosValue(0, 0);

  public TosMatch() {
    super("tos", Option.inverted("tos"));
  }

  @Override
  protected void read(String text) throws IptablesException {
    tos = TosValue.parse(name(), "tos", text, 0x3f);
  }

  @Override
  protected String saved() {
    return tos.toString();
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    String symbol = numeric ? "" : tos.symbol(0x3f);
    to.append(" tos match").append(inverted() ? "!" : "");
    to.append(symbol.isEmpty() ? tos.toString() : " " + symbol);
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new BitsCondition(Field.TOS, tos.mask(), tos.value(), inverted()));
  }
}
