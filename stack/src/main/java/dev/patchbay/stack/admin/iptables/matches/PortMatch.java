package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Ports;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.NumberCondition;
import dev.patchbay.stack.netfilter.expression.WholeHeaderCondition;
import dev.patchbay.stack.wire.Tcp;
import dev.patchbay.stack.wire.Udp;
import java.util.List;

/** {@code udp}, and what it shares with {@code tcp}: source and destination ports. */
public class PortMatch extends MatchExtension {
  private final Context context;
  private Ports source = Ports.ALL;
  private Ports destination = Ports.ALL;
  private boolean notSource;
  private boolean notDestination;

  /** A match; {@code name} is that of the protocol too. */
  public PortMatch(String name, Context context) {
    super(name);
    this.context = context;
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.inverted("source-port"),
        Option.inverted("sport"),
        Option.inverted("destination-port"),
        Option.inverted("dport"));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    Ports ports = Ports.parse(value, name(), context);
    if (option.startsWith("s")) {
      once(source, "source-port");
      source = ports;
      notSource = inverted;
    } else {
      once(destination, "destination-port");
      destination = ports;
      notDestination = inverted;
    }
  }

  private static void once(Ports before, String option) throws IptablesException {
    if (!before.isAll()) {
      throw IptablesException.parameter("Only one `--" + option + "' allowed");
    }
  }

  @Override
  public void save(StringBuilder to) {
    if (!source.isAll() || notSource) {
      to.append(notSource ? " !" : "").append(" --sport ").append(source);
    }
    if (!destination.isAll() || notDestination) {
      to.append(notDestination ? " !" : "").append(" --dport ").append(destination);
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(' ').append(name());
    list(to, "spt", source, notSource, numeric);
    list(to, "dpt", destination, notDestination, numeric);
  }

  private void list(StringBuilder to, String word, Ports ports, boolean inverted, boolean numeric) {
    if (!ports.isAll() || inverted) {
      to.append(' ').append(word).append(ports.low() == ports.high() ? ":" : "s:");
      to.append(inverted ? "!" : "").append(ports.named(name(), numeric, context));
    }
  }

  /** Whether it asks for no port. */
  final boolean hasNoPorts() {
    return source.isAll() && !notSource && destination.isAll() && !notDestination;
  }

  /** Whether it is asked by the module of its name, not by expressions of nf_tables. */
  boolean isWhole() {
    return hasNoPorts();
  }

  @Override
  public void compile(List<Condition> to) {
    if (isWhole()) {
      to.add(new WholeHeaderCondition(name().equals("tcp") ? Tcp.LENGTH : Udp.LENGTH));
    }
    if (!source.isAll() || notSource) {
      to.add(new NumberCondition(Field.SOURCE_PORT, source.low(), source.high(), notSource));
    }
    if (!destination.isAll() || notDestination) {
      to.add(
          new NumberCondition(
              Field.DESTINATION_PORT, destination.low(), destination.high(), notDestination));
    }
  }
}
