package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.nat.NatRange;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.netfilter.targets.TranslateTarget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code SNAT} and {@code DNAT}: addresses, ports, or both. */
public final class TranslateWords extends NatWords {
  private final boolean source;
  private final String option;
  private @Nullable IpAddress first;
  private @Nullable IpAddress last;

  public TranslateWords(String name, Context context) {
    super(name, context);
    source = name.equals("SNAT");
    option = source ? "to-source" : "to-destination";
  }

  @Override
  public List<Option> options() {
    List<Option> all = new ArrayList<>();
    all.add(Option.of(option));
    all.add(Option.flag("random"));
    all.add(Option.flag("persistent"));
    if (source) {
      all.add(Option.flag("random-fully"));
    }
    return all;
  }

  /**
   * {@code ADDRESS[-ADDRESS][:PORTS]}, {@code :PORTS}; of IPv6 with ports in brackets. One colon is
   * before ports, more are of an address.
   */
  @Override
  void value(String text) throws IptablesException {
    int open = text.indexOf('[');
    int close = text.indexOf(']', open + 1);
    if (open >= 0 && (close < 0 || context.v4())) {
      throw IptablesException.parameter("Invalid address format");
    }
    int colon = text.indexOf(':', open < 0 ? 0 : close);
    if (open < 0 && colon >= 0 && text.indexOf(':', colon + 1) >= 0) {
      colon = -1;
    }
    if (colon >= 0) {
      ports(text.substring(colon + 1));
    }
    String addresses;
    if (open >= 0) {
      addresses = text.substring(open + 1, close);
    } else {
      addresses = colon < 0 ? text : text.substring(0, colon);
    }
    if (addresses.isEmpty() && colon >= 0) {
      return;
    }
    int dash = addresses.indexOf('-');
    IpAddress low = address(dash < 0 ? addresses : addresses.substring(0, dash));
    first = low;
    last = dash < 0 ? low : address(addresses.substring(dash + 1));
  }

  private IpAddress address(String text) throws IptablesException {
    IpAddress address = IpAddress.parseOrNull(text);
    if (address == null || address.isV4() != context.v4()) {
      throw IptablesException.parameter("Bad IP address \"" + text + "\"");
    }
    return address;
  }

  @Override
  public void check() throws IptablesException {
    if (!has(option)) {
      throw missing(option);
    }
  }

  private void range(StringBuilder to) {
    boolean bracket = !context.v4() && hasPorts() && first != null;
    to.append(bracket ? "[" : "");
    if (first != null) {
      to.append(first);
      to.append(first.equals(last) ? "" : "-" + last);
    }
    to.append(bracket ? "]" : "");
    if (hasPorts()) {
      to.append(':');
      ports(to);
    }
  }

  @Override
  public void save(StringBuilder to) {
    to.append(" --").append(option).append(' ');
    range(to);
    flags(to, " --");
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" to:");
    range(to);
    flags(to, " ");
  }

  @Override
  public Target compile() {
    IpAddress from = first;
    IpAddress upTo = last;
    NatRange range =
        from == null || upTo == null
            ? range(false, 0, 0, 0, 0)
            : range(true, from.hi(), from.lo(), upTo.hi(), upTo.lo());
    return new TranslateTarget(context.stack().netfilter().nat(), range, source);
  }
}
