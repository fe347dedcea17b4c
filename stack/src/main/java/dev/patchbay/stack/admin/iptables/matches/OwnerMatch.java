package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Place;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.OwnerCondition;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.socket.Errno;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code owner}: user and group of the socket that a packet left. Of names {@code root} alone is
 * known, for 0: the appliance has no other users.
 */
public final class OwnerMatch extends MatchExtension {
  /** The number -1 is nobody's. */
  private static final long MOST = 0xffff_fffeL;

  private static final String ROOT = "root";

  /** Two numbers, both included. */
  private record Range(long low, long high) {
    String text(boolean numeric) {
      if (low != high) {
        return low + "-" + high;
      }
      return !numeric && low == 0 ? ROOT : String.valueOf(low);
    }

    boolean hasRoot() {
      return low == 0;
    }
  }

  private int asked;
  private int inverted;
  private @Nullable Range users;
  private @Nullable Range groups;

  public OwnerMatch() {
    super("owner");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.inverted("uid-owner"),
        Option.inverted("gid-owner"),
        Option.invertedFlag("socket-exists"),
        Option.flag("suppl-groups"));
  }

  @Override
  public void take(String option, boolean not, String value) throws IptablesException {
    switch (option) {
      case "uid-owner" -> {
        ask(OwnerCondition.USER, option, not);
        users = range(option, value);
      }
      case "gid-owner" -> {
        ask(OwnerCondition.GROUP, option, not);
        groups = range(option, value);
      }
      case "socket-exists" -> ask(OwnerCondition.SOCKET, option, not);
      default -> {
        ask(OwnerCondition.OTHER_GROUPS, option, false);
        if (groups == null) {
          throw bad(option, "you need to use --gid-owner first");
        }
      }
    }
  }

  private void ask(int what, String option, boolean not) throws IptablesException {
    once((asked & what) == 0, option);
    asked |= what;
    inverted |= not ? what : 0;
  }

  private static Range range(String option, String text) throws IptablesException {
    if (text.equals(ROOT)) {
      return new Range(0, 0);
    }
    int end = 0;
    while (end < text.length() && text.charAt(end) != '-' && text.charAt(end) != ':') {
      end++;
    }
    long low = Values.number(text.substring(0, end));
    long high = end == text.length() ? low : Values.number(text.substring(end + 1));
    if (low < 0 || low > MOST || high < 0 || high > MOST) {
      throw bad(option, text);
    }
    return new Range(low, high);
  }

  private static IptablesException bad(String option, String value) {
    return IptablesException.parameter(
        "owner: Bad value for \"--%s\" option: \"%s\"".formatted(option, value));
  }

  @Override
  public void check() throws IptablesException {
    if (asked == 0) {
      throw IptablesException.parameter(
          "owner: At least one of --uid-owner, --gid-owner or --socket-exists is required");
    }
  }

  @Override
  public @Nullable String refusal(Place place) {
    Hook hook = place.hook();
    boolean fits = hook == null || hook == Hook.OUTPUT || hook == Hook.POSTROUTING;
    fits &= users == null || users.low <= users.high;
    fits &= groups == null || groups.low <= groups.high;
    return fits ? null : Errno.text(Errno.EINVAL);
  }

  @Override
  public void save(StringBuilder to) {
    item(to, OwnerCondition.SOCKET, "--socket-exists", "");
    item(to, OwnerCondition.USER, "--uid-owner", users == null ? "" : users.text(true));
    item(to, OwnerCondition.GROUP, "--gid-owner", groups == null ? "" : groups.text(true));
    item(to, OwnerCondition.OTHER_GROUPS, "--suppl-groups", "");
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    item(to, OwnerCondition.SOCKET, "owner socket exists", "");
    item(to, OwnerCondition.USER, "owner UID match", users == null ? "" : users.text(numeric));
    item(to, OwnerCondition.GROUP, "owner GID match", groups == null ? "" : groups.text(numeric));
    item(to, OwnerCondition.OTHER_GROUPS, "incl. suppl. groups", "");
  }

  private void item(StringBuilder to, int what, String words, String value) {
    if ((asked & what) != 0) {
      to.append((inverted & what) != 0 ? " ! " : " ").append(words);
      to.append(value.isEmpty() ? "" : " ").append(value);
    }
  }

  @Override
  public void compile(List<Condition> to) {
    boolean user = users != null && users.hasRoot();
    boolean group = groups != null && groups.hasRoot();
    to.add(new OwnerCondition(asked, inverted, user, group));
  }
}
