package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Place;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.ReversePathCondition;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.socket.Errno;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code rpfilter}: the way back to a packet's source. */
public final class RpfilterMatch extends MatchExtension {
  private final Context context;
  private final Set<ReversePathCondition.Option> asked =
      EnumSet.noneOf(ReversePathCondition.Option.class);

  public RpfilterMatch(Context context) {
    super("rpfilter");
    this.context = context;
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.flag("loose"),
        Option.flag("validmark"),
        Option.flag("accept-local"),
        Option.flag("invert"));
  }

  private static String word(ReversePathCondition.Option option) {
    return switch (option) {
      case LOOSE -> "loose";
      case MARK -> "validmark";
      case ACCEPT_LOCAL -> "accept-local";
      case INVERT -> "invert";
    };
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    for (ReversePathCondition.Option one : ReversePathCondition.Option.values()) {
      if (word(one).equals(option)) {
        once(asked.add(one), option);
      }
    }
  }

  @Override
  public @Nullable String refusal(Place place) {
    boolean fits = place.table() == TableKind.RAW || place.table() == TableKind.MANGLE;
    fits &= place.hook() == null || place.hook() == Hook.PREROUTING;
    return fits ? null : Errno.text(Errno.EINVAL);
  }

  @Override
  public void save(StringBuilder to) {
    asked.forEach(one -> to.append(" --").append(word(one)));
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" rpfilter");
    asked.forEach(one -> to.append(' ').append(word(one)));
  }

  @Override
  public void compile(List<Condition> to) {
    Fib routes = context.v4() ? context.stack().routes4() : context.stack().routes6();
    to.add(new ReversePathCondition(routes, context.stack().loopback(), asked));
  }
}
