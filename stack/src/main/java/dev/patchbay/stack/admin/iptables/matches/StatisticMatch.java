package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.netfilter.expression.ChanceCondition;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.NthCondition;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code statistic}: a share of the packets, or one of every so many. */
public final class StatisticMatch extends MatchExtension {
  private static final double ONE = 0x8000_0000L;

  private final Context context;
  private @Nullable Boolean random;
  private boolean inverted;
  private long probability = -1;
  private long every;
  private long packet = -1;

  public StatisticMatch(Context context) {
    super("statistic");
    this.context = context;
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.of("mode"),
        Option.inverted("probability"),
        Option.inverted("every"),
        Option.of("packet"));
  }

  @Override
  public void take(String option, boolean not, String text) throws IptablesException {
    switch (option) {
      case "mode" -> {
        if (!text.equals("random") && !text.equals("nth")) {
          throw IptablesException.parameter("Bad mode \"" + text + "\"");
        }
        random = text.equals("random");
      }
      case "probability" -> {
        probability = probability(text);
        inverted = not;
      }
      case "every" -> {
        every = number(option, text, 1, 0xffff_ffffL);
        inverted = not;
      }
      default -> packet = number(option, text, 0, 0xffff_ffffL);
    }
  }

  private static long probability(String text) throws IptablesException {
    try {
      double value = Double.parseDouble(text);
      if (value >= 0 && value <= 1) {
        return Math.round(ONE * value);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw IptablesException.parameter(
        "statistic: bad value for option \"--probability\", or out of range (0-1)");
  }

  @Override
  public void check() throws IptablesException {
    if (every != 0 && packet < 0) {
      throw IptablesException.parameter(
          "statistic: option \"--every\" also requires \"--packet\".\n");
    }
    Boolean isRandom = random;
    if (isRandom == null) {
      throw missing("mode");
    }
    if (isRandom && probability < 0) {
      throw IptablesException.parameter("--probability must be specified when using random mode");
    }
    if (!isRandom && every == 0) {
      throw IptablesException.parameter(
          "--every and --packet must be specified when using nth mode");
    }
    if (isRandom != (every == 0) || isRandom && packet >= 0 || !isRandom && probability >= 0) {
      throw IptablesException.parameter("statistic: an option of the other mode");
    }
    if (!isRandom && packet >= every) {
      throw IptablesException.parameter("the --packet p must be 0 <= p <= n-1");
    }
  }

  private boolean isRandom() {
    return Boolean.TRUE.equals(random);
  }

  private String share() {
    return String.format(Locale.ROOT, "%.11f", probability / ONE);
  }

  @Override
  public void save(StringBuilder to) {
    String not = inverted ? " !" : "";
    if (isRandom()) {
      to.append(" --mode random").append(not).append(" --probability ").append(share());
    } else {
      to.append(" --mode nth").append(not).append(" --every ").append(every);
      to.append(" --packet ").append(packet);
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    String not = inverted ? " !" : "";
    if (isRandom()) {
      to.append(" statistic mode random").append(not).append(" probability ").append(share());
    } else {
      to.append(" statistic mode nth").append(not).append(" every ").append(every);
      to.append(packet > 0 ? " packet " + packet : "");
    }
  }

  @Override
  public void compile(List<Condition> to) {
    if (isRandom()) {
      to.add(
          new ChanceCondition(
              context.stack().random().derive("netfilter statistic"),
              (int) Math.min(probability, Integer.MAX_VALUE),
              inverted));
    } else {
      to.add(new NthCondition(every, packet, inverted));
    }
  }
}
