package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.connection.ConnectionMarkCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import java.util.List;

/** {@code connmark}: the mark of the packet's connection under a mask. */
public final class ConnmarkMatch extends MatchExtension {
  private static final long ALL = 0xffff_ffffL;

  private boolean taken;
  private boolean inverted;
  private long value;
  private long mask;

  public ConnmarkMatch() {
    super("connmark");
  }

  @Override
  public List<Option> options() {
    return List.of(Option.inverted("mark"));
  }

  @Override
  public void take(String option, boolean not, String text) throws IptablesException {
    once(!taken, option);
    taken = true;
    inverted = not;
    int slash = text.indexOf('/');
    value = Values.number(slash < 0 ? text : text.substring(0, slash));
    mask = slash < 0 ? ALL : Values.number(text.substring(slash + 1));
    if (value < 0 || mask < 0) {
      throw IptablesException.parameter(
          "connmark: bad integer value for option \"--mark\", or out of range.\n");
    }
  }

  @Override
  public void check() throws IptablesException {
    if (!taken) {
      throw missing("mark");
    }
  }

  @Override
  public void save(StringBuilder to) {
    to.append(inverted ? " !" : "").append(" --mark ").append(Values.marked(value, mask));
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" connmark match ").append(inverted ? "!" : "");
    to.append(' ').append(Values.marked(value, mask));
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new ConnectionMarkCondition((int) value, (int) mask, inverted));
  }
}
