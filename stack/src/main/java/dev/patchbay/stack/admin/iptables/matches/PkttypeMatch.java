package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.SimpleMatch;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.NumberCondition;
import java.util.List;
import java.util.Locale;

/** {@code pkttype}: how the frame was addressed. */
public final class PkttypeMatch extends SimpleMatch {
  private static final List<String> TYPES = List.of("unicast", "broadcast", "multicast");

  private int type;

  public PkttypeMatch() {
    super("pkttype", Option.inverted("pkt-type"));
  }

  @Override
  protected void read(String text) throws IptablesException {
    String lower = text.toLowerCase(Locale.ROOT);
    type = lower.equals("bcast") ? 1 : lower.equals("mcast") ? 2 : TYPES.indexOf(lower);
    type = lower.equals("host") ? 0 : type;
    if (type < 0) {
      throw IptablesException.parameter("Bad packet type '" + text + "'");
    }
  }

  @Override
  protected String saved() {
    return TYPES.get(type);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" PKTTYPE ").append(inverted() ? "!=" : "=").append(' ').append(saved());
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new NumberCondition(Field.PACKET_TYPE, type, type, inverted()));
  }
}
