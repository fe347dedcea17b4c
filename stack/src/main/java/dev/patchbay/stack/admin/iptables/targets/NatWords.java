package dev.patchbay.stack.admin.iptables.targets;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.nat.NatRange;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.function.IntSupplier;

/** What the targets of table nat have in common: ports, flags. */
public abstract class NatWords extends TargetExtension {
  private static final int DCCP = 33;
  private static final int MOST = 0xffff;

  protected final Context context;
  private IntSupplier protocol = () -> 0;
  private boolean hasPorts;
  private int low;
  private int high;
  private int base;
  protected int flags;

  /** Of a number that was read, how far. */
  private int end;

  NatWords(String name, Context context) {
    super(name);
    this.context = context;
  }

  /** Tells where to ask which protocol the rule has said so far, excluded or not; 0 for none. */
  public final void protocol(IntSupplier said) {
    protocol = said;
  }

  @Override
  public final void take(String option, boolean inverted, String text) throws IptablesException {
    once(option);
    switch (option) {
      case "random" -> flags |= NatRange.RANDOM;
      case "random-fully" -> flags |= NatRange.RANDOM_FULLY;
      case "persistent" -> flags |= NatRange.PERSISTENT;
      default -> value(text);
    }
  }

  /** Takes the option that has a value. */
  abstract void value(String text) throws IptablesException;

  final boolean hasPorts() {
    return hasPorts;
  }

  /** Reads {@code PORT[-PORT[/BASE]]}; the first and the base may be names. */
  final void ports(String text) throws IptablesException {
    boolean fits =
        switch (protocol.getAsInt()) {
          case IpProtocol.TCP, IpProtocol.UDP, IpProtocol.SCTP, IpProtocol.ICMP, DCCP -> true;
          default -> false;
        };
    if (!fits) {
      throw IptablesException.parameter("Need TCP, UDP, SCTP or DCCP with port specification");
    }
    hasPorts = true;
    low = number(text, 0);
    String rest = low < 0 ? "" : text.substring(end);
    low = low < 0 ? named(text) : low;
    high = low;
    if (rest.isEmpty()) {
      return;
    }
    if (rest.startsWith(":")) {
      throw IptablesException.parameter("Invalid port:port syntax - use dash");
    }
    if (!rest.startsWith("-")) {
      throw IptablesException.parameter("Garbage after port value: `" + rest + "'");
    }
    String upper = rest.substring(1);
    high = number(upper, 0);
    if (high < 0) {
      throw invalid(upper);
    }
    if (high < low) {
      throw IptablesException.parameter("Port range `" + upper + "' funky");
    }
    rest = upper.substring(end);
    if (rest.isEmpty()) {
      return;
    }
    if (!rest.startsWith("/")) {
      throw IptablesException.parameter("Garbage after port range: `" + rest + "'");
    }
    base = number(rest.substring(1), 1);
    base = base < 0 ? named(rest.substring(1)) : base;
    flags |= NatRange.OFFSET;
  }

  /** {@code xtables_strtoui}: as C reads numbers; -1 where none is, or it does not fit. */
  private int number(String text, int least) {
    boolean hex = text.matches("0[xX][0-9a-fA-F].*");
    int radix = hex ? 16 : text.startsWith("0") ? 8 : 10;
    int from = hex ? 2 : 0;
    end = from;
    long value = 0;
    while (end < text.length() && Character.digit(text.charAt(end), radix) >= 0 && value <= MOST) {
      value = value * radix + Character.digit(text.charAt(end++), radix);
    }
    return end == from || value < least || value > MOST ? -1 : (int) value;
  }

  private int named(String text) throws IptablesException {
    int port = context.services().port(text, "tcp");
    port = port < 0 ? context.services().port(text, "udp") : port;
    if (port < 0) {
      throw invalid(text);
    }
    return port;
  }

  private static IptablesException invalid(String text) {
    return IptablesException.parameter("Port `" + text + "' not valid");
  }

  /** Appends the ports as they are printed. */
  final void ports(StringBuilder to) {
    to.append(low);
    if (high != low) {
      to.append('-').append(high);
    }
    if ((flags & NatRange.OFFSET) != 0) {
      to.append('/').append(base);
    }
  }

  /** Appends the flags, each with what stands before it. */
  final void flags(StringBuilder to, String before) {
    flag(to, before, NatRange.RANDOM, "random");
    flag(to, before, NatRange.RANDOM_FULLY, "random-fully");
    flag(to, before, NatRange.PERSISTENT, "persistent");
  }

  private void flag(StringBuilder to, String before, int flag, String word) {
    if ((flags & flag) != 0) {
      to.append(before).append(word);
    }
  }

  /** The ports and flags, with addresses or, where hi and lo are of no use, without. */
  final NatRange range(boolean addresses, long minHi, long minLo, long maxHi, long maxLo) {
    return new NatRange(addresses, minHi, minLo, maxHi, maxLo, hasPorts, low, high, base, flags);
  }
}
