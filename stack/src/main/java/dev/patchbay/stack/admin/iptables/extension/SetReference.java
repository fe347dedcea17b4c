package dev.patchbay.stack.admin.iptables.extension;

import dev.patchbay.stack.netfilter.ipset.IpSet;
import dev.patchbay.stack.netfilter.ipset.PacketQuery;

/**
 * A set as a rule names it: {@code NAME src,dst}.
 *
 * @param dimensions parts of the packet that are named, 1 to 6
 * @param sources a bit for each of them that is the source, from bit 0 on
 */
public record SetReference(IpSet set, int dimensions, int sources) {
  private static final int MOST = 6;

  /**
   * Reads it.
   *
   * @param option the option's name, for messages
   * @param text its two words
   */
  public static SetReference parse(String option, String text, Context context)
      throws IptablesException {
    int space = text.lastIndexOf(' ');
    String name = text.substring(0, Math.max(0, space));
    String parts = text.substring(space + 1);
    if (space < 0 || parts.startsWith("-") || parts.startsWith("!")) {
      throw IptablesException.parameter("--" + option + " requires two args.");
    }
    if (name.length() > 31) {
      throw IptablesException.parameter("setname `" + name + "' too long, max 31 characters.");
    }
    IpSet set = context.stack().netfilter().sets().find(name);
    if (set == null) {
      throw IptablesException.parameter("Set " + name + " doesn't exist.\n");
    }
    boolean v4 = set.content().options().v4;
    if (set.content().type().isHash() && v4 != context.v4()) {
      throw IptablesException.parameter(
          "The protocol family of set %s is %s, which is not applicable.\n"
              .formatted(name, v4 ? "IPv4" : "IPv6"));
    }
    int sources = 0;
    String[] sides = parts.split(",", -1);
    for (int i = 0; i < Math.min(MOST, sides.length); i++) {
      if (sides[i].startsWith("src")) {
        sources |= 1 << i;
      } else if (!sides[i].startsWith("dst")) {
        throw IptablesException.parameter(
            "You must spefify (the comma separated list of) 'src' or 'dst'.");
      }
    }
    if (sides.length > MOST) {
      throw IptablesException.parameter("Can't be more src/dst options than " + MOST + ".");
    }
    return new SetReference(set, sides.length, sources);
  }

  /** A query of it for one rule. */
  public PacketQuery query() {
    return new PacketQuery(set, dimensions, sources);
  }

  /** As it was said, with the set's name as it is now. */
  @Override
  public String toString() {
    StringBuilder to = new StringBuilder(set.name());
    for (int i = 0; i < dimensions; i++) {
      to.append(i == 0 ? ' ' : ',').append((sources >> i & 1) != 0 ? "src" : "dst");
    }
    return to.toString();
  }
}
