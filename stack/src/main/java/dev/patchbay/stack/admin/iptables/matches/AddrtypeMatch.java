package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Place;
import dev.patchbay.stack.netfilter.expression.AddressTypeCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code addrtype}: the type of source or destination as the routes have it. */
public final class AddrtypeMatch extends MatchExtension {
  /** In the order of Linux's {@code RTN_*}: a type's place is its bit. */
  private static final List<String> TYPES =
      List.of(
          "UNSPEC",
          "UNICAST",
          "LOCAL",
          "BROADCAST",
          "ANYCAST",
          "MULTICAST",
          "BLACKHOLE",
          "UNREACHABLE",
          "PROHIBIT",
          "THROW",
          "NAT",
          "XRESOLVE");

  private static final int NOT_OF_V6 =
      1 << TYPES.indexOf("BROADCAST") | 1 << TYPES.indexOf("BLACKHOLE");

  private final Context context;
  private int source;
  private int destination;
  private boolean notSource;
  private boolean notDestination;
  private boolean limitIn;
  private boolean limitOut;

  public AddrtypeMatch(Context context) {
    super("addrtype");
    this.context = context;
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.inverted("src-type"),
        Option.inverted("dst-type"),
        Option.flag("limit-iface-in"),
        Option.flag("limit-iface-out"));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    switch (option) {
      case "src-type" -> {
        once(source == 0, option);
        source = types(value);
        notSource = inverted;
      }
      case "dst-type" -> {
        once(destination == 0, option);
        destination = types(value);
        notDestination = inverted;
      }
      case "limit-iface-in" -> {
        once(!limitIn, option);
        limitIn = true;
      }
      default -> {
        once(!limitOut, option);
        limitOut = true;
      }
    }
  }

  /** Names, or beginnings of which the first type that fits is meant. */
  private static int types(String text) throws IptablesException {
    int types = 0;
    String rest = text;
    for (int comma = rest.indexOf(','); comma >= 0; comma = rest.indexOf(',')) {
      int type = type(rest.substring(0, comma));
      if (type < 0) {
        throw IptablesException.parameter("addrtype: bad type `" + rest + "'");
      }
      types |= 1 << type;
      rest = rest.substring(comma + 1);
    }
    int last = type(rest);
    if (last < 0) {
      throw IptablesException.parameter("addrtype: bad type \"" + rest + "\"");
    }
    return types | 1 << last;
  }

  private static int type(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    for (int i = 0; i < TYPES.size() && !name.isEmpty(); i++) {
      if (TYPES.get(i).startsWith(upper)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void check() throws IptablesException {
    if (source == 0 && destination == 0) {
      throw IptablesException.parameter("addrtype: you must specify --src-type or --dst-type");
    }
    if (limitIn && limitOut) {
      throw together("limit-iface-in", "limit-iface-out");
    }
  }

  @Override
  public @Nullable String refusal(Place place) {
    Hook hook = place.hook();
    boolean comesIn = hook == Hook.PREROUTING || hook == Hook.INPUT;
    boolean leaves = hook == Hook.POSTROUTING || hook == Hook.OUTPUT;
    int types = source | destination;
    boolean unknown =
        !context.v4() && ((types & NOT_OF_V6) != 0 || types >= 1 << TYPES.indexOf("PROHIBIT"));
    return comesIn && limitOut || leaves && limitIn || unknown ? Errno.text(Errno.EINVAL) : null;
  }

  private static String names(int types) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < TYPES.size(); i++) {
      if ((types & 1 << i) != 0) {
        names.add(TYPES.get(i));
      }
    }
    return String.join(",", names);
  }

  @Override
  public void save(StringBuilder to) {
    if (source != 0) {
      to.append(notSource ? " !" : "").append(" --src-type ").append(names(source));
    }
    if (destination != 0) {
      to.append(notDestination ? " !" : "").append(" --dst-type ").append(names(destination));
    }
    to.append(limitIn ? " --limit-iface-in" : "").append(limitOut ? " --limit-iface-out" : "");
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" ADDRTYPE match");
    if (source != 0) {
      to.append(" src-type ").append(notSource ? "!" : "").append(names(source));
    }
    if (destination != 0) {
      to.append(" dst-type ").append(notDestination ? "!" : "").append(names(destination));
    }
    to.append(limitIn ? " limit-in" : "").append(limitOut ? " limit-out" : "");
  }

  @Override
  public void compile(List<Condition> to) {
    AddressTypeCondition.Limit limit =
        limitIn
            ? AddressTypeCondition.Limit.IN
            : limitOut ? AddressTypeCondition.Limit.OUT : AddressTypeCondition.Limit.NONE;
    Fib routes = context.v4() ? context.stack().routes4() : context.stack().routes6();
    if (source != 0) {
      to.add(new AddressTypeCondition(routes, true, source, limit, notSource));
    }
    if (destination != 0) {
      to.add(new AddressTypeCondition(routes, false, destination, limit, notDestination));
    }
  }
}
