package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.expression.AddressRangeCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code iprange}: source and destination between two addresses. */
public final class IprangeMatch extends MatchExtension {
  /** Two addresses of one family. */
  private record Range(IpAddress low, IpAddress high, boolean inverted) {
    @Override
    public String toString() {
      return low + "-" + high;
    }
  }

  private final boolean v4;
  private @Nullable Range source;
  private @Nullable Range destination;

  public IprangeMatch(boolean v4) {
    super("iprange");
    this.v4 = v4;
  }

  @Override
  public List<Option> options() {
    return List.of(Option.inverted("src-range"), Option.inverted("dst-range"));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    int dash = value.indexOf('-');
    IpAddress low = address(option, dash < 0 ? value : value.substring(0, dash), value);
    IpAddress high = dash < 0 ? low : address(option, value.substring(dash + 1), value);
    Range range = new Range(low, high, inverted);
    if (option.startsWith("src")) {
      once(source == null, option);
      source = range;
    } else {
      once(destination == null, option);
      destination = range;
    }
  }

  private IpAddress address(String option, String text, String whole) throws IptablesException {
    try {
      IpAddress address = IpAddress.parse(text);
      if (address.isV4() == v4) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw IptablesException.parameter(
        "iprange: Bad value for \"--" + option + "\" option: \"" + whole + "\"");
  }

  @Override
  public void check() throws IptablesException {
    if (source == null && destination == null) {
      throw IptablesException.parameter(
          "iprange match: You must specify `--src-range' or `--dst-range'");
    }
  }

  @Override
  public void save(StringBuilder to) {
    save(to, " --src-range ", source);
    save(to, " --dst-range ", destination);
  }

  private static void save(StringBuilder to, String option, @Nullable Range range) {
    if (range != null) {
      to.append(range.inverted ? " !" : "").append(option).append(range);
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    list(to, " source IP range", source);
    list(to, " destination IP range", destination);
  }

  private static void list(StringBuilder to, String text, @Nullable Range range) {
    if (range != null) {
      to.append(text).append(range.inverted ? " !" : "").append(' ').append(range);
    }
  }

  @Override
  public void compile(List<Condition> to) {
    compile(to, true, source);
    compile(to, false, destination);
  }

  private static void compile(List<Condition> to, boolean source, @Nullable Range r) {
    if (r != null) {
      to.add(
          new AddressRangeCondition(
              source, r.low.hi(), r.low.lo(), r.high.hi(), r.high.lo(), r.inverted));
    }
  }
}
