package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.targets.NetmapTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.wire.Addresses;
import java.util.List;

/** {@code NETMAP}: another network. */
public final class NetmapWords extends NatWords {
  private IpAddress network = IpAddress.ANY4;

  /** Length of the prefix as its family counts it. */
  private int bits;

  public NetmapWords(Context context) {
    super("NETMAP", context);
  }

  @Override
  public List<Option> options() {
    return List.of(Option.of("to"));
  }

  /** {@code ADDRESS[/BITS]}, {@code ADDRESS/MASK}. */
  @Override
  void value(String text) throws IptablesException {
    int slash = text.indexOf('/');
    IpAddress address = address(slash < 0 ? text : text.substring(0, slash));
    int most = context.v4() ? 32 : 128;
    bits = slash < 0 ? most : bits(text.substring(slash + 1), most);
    network = address.network(bits);
  }

  private IpAddress address(String text) throws IptablesException {
    IpAddress address = IpAddress.parseOrNull(text);
    if (address == null) {
      throw IptablesException.parameter("getaddrinfo: Name or service not known\n");
    }
    if (address.isV4() != context.v4()) {
      throw IptablesException.parameter("getaddrinfo: Address family for hostname not supported\n");
    }
    return address;
  }

  private int bits(String text, int most) throws IptablesException {
    long number = Values.number(text);
    if (number >= 0 && number <= most) {
      return (int) number;
    }
    // one number is an address too, in C's older way of writing them
    IpAddress mask =
        context.v4() && number >= 0
            ? new IpAddress(0, Addresses.v4((int) number))
            : IpAddress.parseOrNull(text);
    if (mask == null || mask.isV4() != context.v4()) {
      throw IptablesException.parameter(
          "NETMAP: bad value for option \"--to\", neither a valid network mask "
              + "nor valid CIDR (0-%d).\n".formatted(most));
    }
    IpAddress ones = context.v4() ? new IpAddress(0, Addresses.v4(-1)) : new IpAddress(-1, -1);
    for (int length = 0; length < most; length++) {
      IpAddress prefix = ones.network(length);
      if (prefix.equals(mask)) {
        return length;
      }
    }
    return most; // of a mask with holes nothing else is kept
  }

  @Override
  public void check() throws IptablesException {
    if (!has("to")) {
      throw missing("to");
    }
  }

  @Override
  public void save(StringBuilder to) {
    to.append(" --to ").append(network).append('/').append(bits);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" to:").append(network).append('/').append(bits);
  }

  @Override
  public Target compile() {
    int all = context.v4() ? bits + 96 : bits;
    return new NetmapTarget(
        context.stack().netfilter().nat(),
        network.hi(),
        network.lo(),
        IpAddress.maskHi(all),
        IpAddress.maskLo(all));
  }
}
