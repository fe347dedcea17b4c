package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.FragmentCondition;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** {@code frag} of ip6tables: the fragment header. */
public final class FragMatch extends MatchExtension {
  private static final long MOST = 0xffff_ffffL;
  private static final long NONE = -1;

  private long low;
  private long high = MOST;
  private boolean hasId;
  private boolean notId;

  /** Linux keeps it and asks nothing: a fragment header is always eight bytes long. */
  private long length = NONE;

  private boolean notLength;
  private final Set<String> flags = new TreeSet<>();

  public FragMatch() {
    super("frag");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.inverted("fragid"),
        Option.inverted("fraglen"),
        Option.flag("fragres"),
        Option.flag("fragfirst"),
        Option.flag("fragmore"),
        Option.flag("fraglast"));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    switch (option) {
      case "fragid" -> {
        once(!hasId, option);
        ids(option, value);
        hasId = true;
        notId = inverted;
      }
      case "fraglen" -> {
        once(length == NONE, option);
        length = number(option, value, 0, MOST);
        notLength = inverted;
      }
      default -> once(flags.add(option), option);
    }
  }

  private void ids(String option, String text) throws IptablesException {
    String[] parts = text.split(":", -1);
    low = id(option, parts[0], text, 0);
    high = parts.length == 1 ? low : MOST;
    if (parts.length > 1) {
      high = id(option, parts[1], text.substring(parts[0].length() + 1), MOST);
    }
    if (parts.length > 2) {
      throw IptablesException.parameter(
          name() + ": Too many components for option \"--" + option + "\" (max: 2)\n");
    }
  }

  private long id(String option, String text, String rest, long without) throws IptablesException {
    if (text.isEmpty()) {
      return without;
    }
    long value = Values.number(text);
    if (value >= 0) {
      return value;
    }
    int digits = 0;
    while (digits < text.length() && Values.number(text.substring(0, digits + 1)) >= 0) {
      digits++;
    }
    boolean odd = digits > 0 && Character.digit(text.charAt(digits), 10) < 0;
    throw IptablesException.parameter(
        odd
            ? "%s: Argument to \"--%s\" has unexpected characters near \"%s\".\n"
                .formatted(name(), option, rest.substring(digits))
            : "%s: bad value for option \"--%s\" near \"%s\", or out of range (0-%d).\n"
                .formatted(name(), option, rest, MOST));
  }

  @Override
  public void check() throws IptablesException {
    if (flags.contains("fragmore") && flags.contains("fraglast")) {
      throw together("fragmore", "fraglast");
    }
  }

  private boolean isAll() {
    return low == 0 && high == MOST;
  }

  @Override
  public void save(StringBuilder to) {
    // 1.8.9 prints no identification that is all of them, inverted or not
    if (!isAll()) {
      to.append(notId ? " !" : "").append(" --fragid ").append(low);
      to.append(low == high ? "" : ":" + high);
    }
    if (length != NONE) {
      to.append(notLength ? " !" : "").append(" --fraglen ").append(length);
    }
    for (String flag : List.of("fragres", "fragfirst", "fragmore", "fraglast")) {
      to.append(flags.contains(flag) ? " --" + flag : "");
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" frag ");
    if (!isAll() || notId) {
      to.append(low == high ? "id:" : "ids:").append(notId ? "!" : "").append(low);
      to.append(low == high ? "" : ":" + high);
    }
    if (length != NONE) {
      to.append(" length:").append(notLength ? "!" : "").append(length);
    }
    to.append(flags.contains("fragres") ? " reserved" : "");
    to.append(flags.contains("fragfirst") ? " first" : "");
    to.append(flags.contains("fragmore") ? " more" : "");
    to.append(flags.contains("fraglast") ? " last" : "");
  }

  @Override
  public void compile(List<Condition> to) {
    int mask = 0;
    int bits = 0;
    if (flags.contains("fragres")) {
      mask |= FragmentCondition.RESERVED;
    }
    if (flags.contains("fragfirst")) {
      mask |= FragmentCondition.OFFSET;
    }
    if (flags.contains("fragmore") || flags.contains("fraglast")) {
      mask |= FragmentCondition.MORE;
      bits = flags.contains("fragmore") ? FragmentCondition.MORE : 0;
    }
    to.add(new FragmentCondition(low, high, notId, mask, bits));
  }
}
