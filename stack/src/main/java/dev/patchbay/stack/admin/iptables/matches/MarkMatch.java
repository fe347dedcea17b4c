package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.SimpleMatch;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.expression.BitsCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import java.util.List;

/** {@code mark}: the packet's mark under a mask. */
public final class MarkMatch extends SimpleMatch {
  private static final long ALL = 0xffff_ffffL;

  private long value;
  private long mask;

  public MarkMatch() {
    super("mark", Option.inverted("mark"));
  }

  @Override
  protected void read(String text) throws IptablesException {
    int slash = text.indexOf('/');
    value = Values.number(slash < 0 ? text : text.substring(0, slash));
    mask = slash < 0 ? ALL : Values.number(text.substring(slash + 1));
    if (value < 0 || mask < 0) {
      throw IptablesException.parameter(
          "mark: bad mark value for option \"--mark\", or out of range.\n");
    }
  }

  @Override
  protected String saved() {
    return Values.marked(value, mask);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" mark match").append(inverted() ? " !" : "").append(' ').append(saved());
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new BitsCondition(Field.MARK, mask, value, inverted()));
  }
}
