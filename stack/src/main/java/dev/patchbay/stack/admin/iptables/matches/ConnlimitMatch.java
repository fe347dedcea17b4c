package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.connection.ConnectionLimitCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** {@code connlimit}: how many connections a network has. */
public final class ConnlimitMatch extends MatchExtension {
  private static final String ABOVE = "connlimit-above";
  private static final String UPTO = "connlimit-upto";
  private static final String MASK = "connlimit-mask";
  private static final String SOURCE = "connlimit-saddr";
  private static final String DESTINATION = "connlimit-daddr";
  private static final long ALL = 0xffff_ffffL;

  private final Context context;
  private final Set<String> taken = new LinkedHashSet<>();
  private long limit;
  private boolean inverted;
  private int bits;

  public ConnlimitMatch(Context context) {
    super("connlimit");
    this.context = context;
    bits = most();
  }

  private int most() {
    return context.v4() ? 32 : 128;
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.inverted(UPTO),
        Option.inverted(ABOVE),
        Option.of(MASK),
        Option.flag(SOURCE),
        Option.flag(DESTINATION));
  }

  @Override
  public void take(String option, boolean not, String text) throws IptablesException {
    once(taken.add(option), option);
    switch (option) {
      case ABOVE, UPTO -> {
        exclude(option, option.equals(ABOVE) ? UPTO : ABOVE);
        limit = number(option, text, 0, ALL);
        inverted = not;
      }
      case MASK -> bits = mask(text);
      default -> exclude(option, option.equals(SOURCE) ? DESTINATION : SOURCE);
    }
  }

  private void exclude(String option, String other) throws IptablesException {
    if (taken.contains(other)) {
      String first = option.equals(ABOVE) || option.equals(SOURCE) ? option : other;
      String second = first.equals(option) ? other : option;
      boolean limits = option.equals(ABOVE) || option.equals(UPTO);
      throw IptablesException.parameter(
          "connlimit: option \"--%s\" cannot be used together with \"--%s\".\n"
              .formatted(limits ? second : first, limits ? first : second));
    }
  }

  private int mask(String text) throws IptablesException {
    long number = Values.number(text);
    if (number >= 0 && number <= most()) {
      return (int) number;
    }
    int dotted = number < 0 && context.v4() ? dotted(text) : -1;
    if (dotted < 0) {
      throw IptablesException.parameter(
          ("connlimit: bad value for option \"--connlimit-mask\", neither a valid network mask nor"
                  + " valid CIDR (0-%d).\n")
              .formatted(most()));
    }
    return dotted;
  }

  /** The length of a mask in its dotted form, -1 for others. */
  private static int dotted(String text) {
    try {
      int mask = (int) IpAddress.parse(text).lo();
      int length = Integer.numberOfLeadingZeros(~mask);
      return length == 32 || mask << length == 0 ? length : -1;
    } catch (IllegalArgumentException e) {
      return -1;
    }
  }

  @Override
  public void check() throws IptablesException {
    if (!taken.contains(ABOVE) && !taken.contains(UPTO)) {
      throw IptablesException.parameter(
          "You must specify \"--connlimit-above\" or \"--connlimit-upto\".");
    }
  }

  private boolean isUpTo() {
    return taken.contains(UPTO) != inverted;
  }

  @Override
  public void save(StringBuilder to) {
    to.append(" --").append(isUpTo() ? UPTO : ABOVE).append(' ').append(limit);
    to.append(" --connlimit-mask ").append(bits);
    to.append(" --").append(taken.contains(DESTINATION) ? DESTINATION : SOURCE);
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" #conn ").append(taken.contains(DESTINATION) ? "dst/" : "src/").append(bits);
    to.append(isUpTo() ? " <= " : " > ").append(limit);
  }

  @Override
  public void compile(List<Condition> to) {
    int all = context.v4() ? bits + 96 : bits;
    long hi = all == 0 ? 0 : all >= 64 ? -1 : -1L << 64 - all;
    long lo = all <= 64 ? 0 : -1L << 128 - all;
    to.add(
        new ConnectionLimitCondition(
            context.stack().netfilter().conntrack().count(),
            limit,
            isUpTo(),
            taken.contains(DESTINATION),
            hi,
            lo));
  }
}
