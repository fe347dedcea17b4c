package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Ports;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.PortsCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** {@code multiport}: up to 15 ports, a range counted as two. */
public final class MultiportMatch extends MatchExtension {
  private static final int MOST = 15;

  private final Context context;
  private final String protocol;
  private final List<Ports> ports = new ArrayList<>();
  private PortsCondition.Side side = PortsCondition.Side.EITHER;
  private boolean inverted;

  /** A match; {@code protocol} is the rule's, whose names count. */
  public MultiportMatch(Context context, String protocol) {
    super("multiport");
    this.context = context;
    this.protocol = protocol;
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.inverted("source-ports"),
        Option.inverted("sports"),
        Option.inverted("destination-ports"),
        Option.inverted("dports"),
        Option.inverted("ports"));
  }

  @Override
  public void take(String option, boolean not, String value) throws IptablesException {
    if (!ports.isEmpty()) {
      throw IptablesException.parameter("multiport: only one port option is allowed");
    }
    side =
        option.startsWith("s")
            ? PortsCondition.Side.SOURCE
            : option.startsWith("d") ? PortsCondition.Side.DESTINATION : PortsCondition.Side.EITHER;
    inverted = not;
    int count = 0;
    for (String word : value.split(",", -1)) {
      boolean isRange = word.contains(":");
      Ports range = isRange ? range(word) : Ports.parse(word, protocol, context);
      count += isRange ? 2 : 1;
      if (count > MOST) {
        throw IptablesException.parameter("too many ports specified");
      }
      ports.add(range);
    }
  }

  /** Two ports, the second above the first; none may be left out. */
  private Ports range(String word) throws IptablesException {
    int colon = word.indexOf(':');
    int low = Ports.port(word.substring(0, colon), protocol, context);
    int high = Ports.port(word.substring(colon + 1), protocol, context);
    if (low >= high) {
      throw IptablesException.parameter("invalid portrange specified");
    }
    return new Ports(low, high);
  }

  @Override
  public void check() throws IptablesException {
    if (ports.isEmpty()) {
      throw IptablesException.parameter("multiport expection an option");
    }
  }

  private String word() {
    return switch (side) {
      case SOURCE -> "sports";
      case DESTINATION -> "dports";
      case EITHER -> "ports";
    };
  }

  @Override
  public void save(StringBuilder to) {
    to.append(inverted ? " !" : "").append(" --").append(word()).append(' ');
    to.append(ports.stream().map(Ports::toString).collect(Collectors.joining(",")));
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" multiport ").append(word()).append(inverted ? "  !" : " ");
    to.append(
        ports.stream()
            .map(range -> range.named(protocol, numeric, context))
            .collect(Collectors.joining(",")));
  }

  @Override
  public void compile(List<Condition> to) {
    int[] bounds = new int[ports.size() * 2];
    for (int i = 0; i < ports.size(); i++) {
      bounds[2 * i] = ports.get(i).low();
      bounds[2 * i + 1] = ports.get(i).high();
    }
    to.add(new PortsCondition(side, bounds, inverted));
  }
}
