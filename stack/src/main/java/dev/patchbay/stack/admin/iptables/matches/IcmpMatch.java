package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IcmpType;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.NumberCondition;
import dev.patchbay.stack.netfilter.expression.WholeHeaderCondition;
import dev.patchbay.stack.wire.Icmp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code icmp} and {@code icmp6}: a type with its codes. */
public final class IcmpMatch extends MatchExtension {
  private final Context context;
  private @Nullable IcmpType type;
  private boolean inverted;

  public IcmpMatch(Context context) {
    super(context.v4() ? "icmp" : "icmp6");
    this.context = context;
  }

  private String option() {
    return context.v4() ? "icmp-type" : "icmpv6-type";
  }

  @Override
  public List<Option> options() {
    return List.of(Option.inverted(option()));
  }

  @Override
  public void take(String option, boolean not, String value) throws IptablesException {
    once(type == null, option);
    type = IcmpType.parse(value, context.v4());
    inverted = not;
  }

  @Override
  public void check() throws IptablesException {
    if (type == null) {
      if (!context.v4()) {
        throw missing(option());
      }
      type = IcmpType.V4.getFirst();
    }
  }

  private IcmpType type() {
    return type == null ? IcmpType.V4.getFirst() : type;
  }

  private boolean isAny() {
    return context.v4() && type().type() == IcmpType.ANY && !type().hasCode();
  }

  @Override
  public void save(StringBuilder to) {
    to.append(inverted ? " !" : "").append(" --").append(option()).append(' ');
    if (isAny()) {
      to.append("any");
    } else {
      to.append(type().type()).append(type().hasCode() ? "/" + type().low() : "");
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(' ').append(context.icmpName());
    String name = numeric ? "" : type().named(context.v4());
    if (!name.isEmpty()) {
      to.append(' ').append(inverted ? "!" : "").append(name);
      return;
    }
    to.append(inverted ? " !" : "").append("type ").append(type().type());
    if (type().hasCode()) {
      to.append(" code ").append(type().low());
    }
  }

  @Override
  public void compile(List<Condition> to) {
    if (isAny()) {
      to.add(
          inverted
              ? new NumberCondition(Field.ICMP_TYPE_CODE, 0, 0xffff, true)
              : new WholeHeaderCondition(Icmp.LENGTH));
      return;
    }
    int base = type().type() << 8;
    to.add(
        new NumberCondition(
            Field.ICMP_TYPE_CODE, base | type().low(), base | type().high(), inverted));
  }
}
