package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.NumberRange;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.FragmentCondition;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** {@code frag} of ip6tables: the fragment header. */
public final class FragMatch extends MatchExtension {
  private static final long NONE = -1;

  private NumberRange ids = NumberRange.ALL;
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
        ids = NumberRange.parse(name(), option, value);
        hasId = true;
        notId = inverted;
      }
      case "fraglen" -> {
        once(length == NONE, option);
        length = number(option, value, 0, NumberRange.MOST);
        notLength = inverted;
      }
      default -> once(flags.add(option), option);
    }
  }

  @Override
  public void check() throws IptablesException {
    if (flags.contains("fragmore") && flags.contains("fraglast")) {
      throw together("fragmore", "fraglast");
    }
  }

  @Override
  public void save(StringBuilder to) {
    // 1.8.9 prints no identification that is all of them, inverted or not
    if (!ids.isAll()) {
      to.append(notId ? " !" : "").append(" --fragid ").append(ids);
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
    if (!ids.isAll() || notId) {
      to.append(ids.low() == ids.high() ? "id:" : "ids:").append(notId ? "!" : "").append(ids);
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
    to.add(new FragmentCondition(ids.low(), ids.high(), notId, mask, bits));
  }
}
