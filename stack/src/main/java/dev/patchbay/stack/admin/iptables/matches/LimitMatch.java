package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.LimitCondition;
import java.util.List;

/** {@code limit}: a rate, and a burst before it counts. */
public final class LimitMatch extends MatchExtension {
  private static final int DEFAULT_BURST = 5;
  private static final int MOST_BURST = 10_000;

  /** {@code XT_LIMIT_SCALE}: the kernel keeps a ten-thousandth of a second for each packet. */
  private static final long SCALE = 10_000;

  private static final long NANOS = 1_000_000_000 / SCALE;
  private static final List<String> UNITS = List.of("day", "hour", "min", "sec");
  private static final long[] SECONDS = {86_400, 3_600, 60, 1};

  private long average = SCALE * 3_600 / 3;
  private int burst = DEFAULT_BURST;

  public LimitMatch() {
    super("limit");
  }

  @Override
  public List<Option> options() {
    return List.of(Option.of("limit"), Option.of("limit-burst"));
  }

  @Override
  public void take(String option, boolean inverted, String text) throws IptablesException {
    if (option.equals("limit")) {
      average = rate(text);
    } else {
      burst = (int) number(option, text, 1, MOST_BURST);
    }
  }

  private static long rate(String text) throws IptablesException {
    int slash = text.indexOf('/');
    long count = Values.number(slash < 0 ? text : text.substring(0, slash));
    long seconds = 1;
    if (slash >= 0) {
      String unit = text.substring(slash + 1);
      seconds = unit.isEmpty() ? 0 : seconds(unit);
    }
    if (count <= 0 || seconds == 0) {
      throw IptablesException.parameter("bad rate \"" + text + "\"'");
    }
    long average = SCALE * seconds / count;
    if (average == 0) {
      throw IptablesException.parameter("Rate too fast \"" + text + "\"\n");
    }
    return average;
  }

  private static long seconds(String unit) {
    for (String word : List.of("second", "minute", "hour", "day")) {
      if (word.startsWith(unit)) {
        return switch (word.charAt(0)) {
          case 's' -> 1;
          case 'm' -> 60;
          case 'h' -> 3_600;
          default -> 86_400;
        };
      }
    }
    return 0;
  }

  /** {@code print_rate}: the largest unit in which it comes out whole, else the least. */
  private String rate() {
    int best = 0;
    for (int i = 1; i < SECONDS.length; i++) {
      if (average > SECONDS[i] * SCALE
          || SECONDS[i] * SCALE / average < SECONDS[i] * SCALE % average) {
        break;
      }
      best = i;
    }
    return SECONDS[best] * SCALE / average + "/" + UNITS.get(best);
  }

  @Override
  public void save(StringBuilder to) {
    to.append(" --limit ").append(rate());
    if (burst != DEFAULT_BURST) {
      to.append(" --limit-burst ").append(burst);
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" limit: avg ").append(rate()).append(" burst ").append(burst);
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new LimitCondition(average * NANOS, burst));
  }
}
