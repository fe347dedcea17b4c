package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.RecentCondition;
import dev.patchbay.stack.netfilter.expression.RecentCondition.Action;
import dev.patchbay.stack.netfilter.expression.RecentCondition.Question;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code recent}: addresses that were seen lately, in lists by name. */
public final class RecentMatch extends MatchExtension {
  private static final int MOST_NAME = 199;
  private static final long MOST = 0xffff_ffffL;

  /** {@code XT_RECENT_MAX_NSTAMPS}, less one. */
  private static final int MOST_HITS = 255;

  /** What is done, in the order in which it is said that two do not go together. */
  private static final List<String> ACTIONS = List.of("set", "rcheck", "update", "remove");

  private final boolean v4;
  private String action = "";
  private boolean inverted;
  private long seconds;
  private long hits;
  private String list = "DEFAULT";
  private boolean destination;
  private IpAddress mask;

  public RecentMatch(boolean v4) {
    super("recent");
    this.v4 = v4;
    mask = v4 ? IpAddress.parse("255.255.255.255") : new IpAddress(-1, -1);
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.invertedFlag("set"),
        Option.invertedFlag("rcheck"),
        Option.invertedFlag("update"),
        Option.invertedFlag("remove"),
        Option.of("seconds"),
        Option.flag("reap"),
        Option.of("hitcount"),
        Option.flag("rttl"),
        Option.of("name"),
        Option.flag("rsource"),
        Option.flag("rdest"),
        Option.of("mask"));
  }

  @Override
  public void take(String option, boolean not, String value) throws IptablesException {
    once(option);
    inverted |= not;
    switch (option) {
      case "seconds" -> seconds = number(option, value, 1, MOST);
      case "hitcount" -> hits = number(option, value, 0, MOST);
      case "name" -> list = value.length() > MOST_NAME ? value.substring(0, MOST_NAME) : value;
      case "rsource", "rdest" -> destination = option.equals("rdest");
      case "mask" -> mask = Values.host(value, v4);
      case "reap", "rttl" -> {
        // that it was said is all
      }
      default -> action = option;
    }
  }

  @Override
  public void check() throws IptablesException {
    if (action.isEmpty()) {
      throw IptablesException.parameter(
          "recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'");
    }
    for (int i = 0; i < ACTIONS.size(); i++) {
      for (int k = i + 1; k < ACTIONS.size(); k++) {
        apart(ACTIONS.get(i), ACTIONS.get(k));
      }
    }
    if (has("reap") && !has("seconds")) {
      throw IptablesException.parameter("recent: option \"--reap\" also requires \"--seconds\".\n");
    }
    apart("rttl", "set");
    apart("rttl", "remove");
  }

  @Override
  public @Nullable String refusal(String chain, int protocol) {
    boolean asks = action.equals("rcheck") || action.equals("update");
    boolean fits = asks || seconds == 0 && hits == 0;
    return fits && hits <= MOST_HITS && Values.isFileName(list) ? null : "Invalid argument";
  }

  @Override
  public void save(StringBuilder to) {
    to.append(inverted ? " !" : "").append(" --").append(action);
    to.append(seconds != 0 ? " --seconds " + (int) seconds : "")
        .append(has("reap") ? " --reap" : "");
    to.append(hits != 0 ? " --hitcount " + hits : "").append(has("rttl") ? " --rttl" : "");
    to.append(" --name ").append(list).append(" --mask ").append(mask);
    to.append(destination ? " --rdest" : " --rsource");
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(inverted ? " !" : "").append(" recent: ").append(kind());
    to.append(seconds != 0 ? " seconds: " + (int) seconds : "").append(has("reap") ? " reap" : "");
    to.append(hits != 0 ? " hit_count: " + hits : "").append(has("rttl") ? " TTL-Match" : "");
    to.append(" name: ").append(list).append(destination ? " side: dest" : " side: source");
    to.append(" mask: ").append(mask);
  }

  private Action kind() {
    return switch (action) {
      case "set" -> Action.SET;
      case "rcheck" -> Action.CHECK;
      case "update" -> Action.UPDATE;
      default -> Action.REMOVE;
    };
  }

  @Override
  public void compile(List<Condition> to) {
    long maskHi = v4 ? -1 : mask.hi();
    long maskLo = v4 ? mask.lo() | 0xffff_ffff_0000_0000L : mask.lo();
    Question question =
        new Question(
            list, v4, destination, maskHi, maskLo, seconds, (int) hits, has("reap"), has("rttl"));
    to.add(new RecentCondition(kind(), question, inverted));
  }
}
