package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.RateCondition;
import dev.patchbay.stack.netfilter.state.RateConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code hashlimit}: a rate for each source, destination or port. */
public final class HashlimitMatch extends MatchExtension {
  private static final String UPTO = "hashlimit-upto";
  private static final String ABOVE = "hashlimit-above";
  private static final String BURST = "hashlimit-burst";
  private static final String SIZE = "hashlimit-htable-size";
  private static final String MAX = "hashlimit-htable-max";
  private static final String INTERVAL = "hashlimit-htable-gcinterval";
  private static final String EXPIRE = "hashlimit-htable-expire";
  private static final String RATE_MATCH = "hashlimit-rate-match";
  private static final String RATE_INTERVAL = "hashlimit-rate-interval";

  private static final int DEFAULT_BURST = 5;
  private static final long MOST_BURST = 1_000_000;
  private static final int MOST_NAME = 254;
  private static final long DEFAULT_INTERVAL = 1000;

  /** Buckets where none are said; the kernel's number where there is a gigabyte. */
  private static final long DEFAULT_SIZE = 8192;

  /** {@code HASHLIMIT_MAX_SIZE}. */
  private static final long MOST_SIZE = 1_048_576;

  private static final Pattern BURST_TEXT = Pattern.compile("(0[xX][0-9a-fA-F]+|\\d+)(.?).*");
  private static final Map<String, Integer> MODES = modes();

  private final boolean v4;
  private HashRate rate = HashRate.NONE;
  private boolean above;
  private long burst = DEFAULT_BURST;
  private int mode;
  private String table = "";
  private long size;
  private long max;
  private long interval = DEFAULT_INTERVAL;
  private long expire;
  private int sourceBits;
  private int destinationBits;
  private long rateInterval;

  public HashlimitMatch(boolean v4) {
    super("hashlimit");
    this.v4 = v4;
    sourceBits = v4 ? 32 : 128;
    destinationBits = sourceBits;
  }

  private static Map<String, Integer> modes() {
    Map<String, Integer> all = new LinkedHashMap<>();
    all.put("srcip", RateConfig.SOURCE);
    all.put("srcport", RateConfig.SOURCE_PORT);
    all.put("dstip", RateConfig.DESTINATION);
    all.put("dstport", RateConfig.DESTINATION_PORT);
    return all;
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.inverted(UPTO),
        Option.inverted(ABOVE),
        Option.inverted("hashlimit"),
        Option.of("hashlimit-srcmask"),
        Option.of("hashlimit-dstmask"),
        Option.of(BURST),
        Option.of(SIZE),
        Option.of(MAX),
        Option.of(INTERVAL),
        Option.of(EXPIRE),
        Option.of("hashlimit-mode"),
        Option.of("hashlimit-name"),
        Option.flag(RATE_MATCH),
        Option.of(RATE_INTERVAL));
  }

  @Override
  public void take(String option, boolean not, String value) throws IptablesException {
    once(option.equals("hashlimit") ? UPTO : option); // an older name
    switch (option) {
      case UPTO, "hashlimit" -> {
        rate = HashRate.parse(UPTO, value);
        above = not;
      }
      case ABOVE -> {
        rate = HashRate.parse(ABOVE, value);
        above = !not;
      }
      case "hashlimit-srcmask" -> sourceBits = bits(option, value);
      case "hashlimit-dstmask" -> destinationBits = bits(option, value);
      case BURST -> burst = burst(value);
      case SIZE -> size = Math.min(MOST_SIZE, number(option, value, 0, 0xffff_ffffL));
      case MAX -> max = Math.min(MOST_SIZE, number(option, value, 0, 0xffff_ffffL));
      case INTERVAL -> interval = number(option, value, 0, 0xffff_ffffL);
      case EXPIRE -> expire = number(option, value, 0, 0xffff_ffffL);
      case "hashlimit-mode" -> mode = mode(value);
      case "hashlimit-name" -> table = text(value, MOST_NAME);
      case RATE_INTERVAL -> rateInterval = interval(value);
      default -> {
        // that it was said is all
      }
    }
  }

  private int bits(String option, String text) throws IptablesException {
    long number = Values.number(text);
    if (number >= 0 && number <= 128 && (v4 || number <= 128)) {
      return (int) number;
    }
    IpAddress mask = IpAddress.parseOrNull(text);
    for (int bits = 0; mask != null && mask.isV4() == v4 && bits <= mask.bits(); bits++) {
      int all = v4 ? bits + 96 : bits;
      boolean high = v4 || mask.hi() == IpAddress.maskHi(all);
      long wanted = IpAddress.maskLo(all);
      long is = v4 ? mask.lo() | 0xffff_ffff_0000_0000L : mask.lo();
      if (high && is == wanted) {
        return bits;
      }
    }
    throw IptablesException.parameter(
        ("hashlimit: bad value for option \"--%s\", neither a valid network mask nor valid CIDR"
                + " (0-%d).\n")
            .formatted(option, v4 ? 32 : 128));
  }

  private static long burst(String text) throws IptablesException {
    Matcher read = BURST_TEXT.matcher(text);
    long value = read.matches() ? Values.number(read.group(1)) : -1;
    if (value < 1 || read.group(2).isEmpty() && value > MOST_BURST) {
      throw badBurst();
    }
    return value * HashRate.factor(read.group(2));
  }

  private static IptablesException badBurst() {
    return IptablesException.parameter(
        "bad value for option \"--hashlimit-burst\", or out of range (1-" + MOST_BURST + ").");
  }

  private static int mode(String text) throws IptablesException {
    int mode = 0;
    for (String word : text.split("[,|]")) {
      Integer bit = word.isEmpty() ? Integer.valueOf(0) : MODES.get(word);
      if (bit == null) {
        throw HashRate.bad("hashlimit-mode", text);
      }
      mode |= bit;
    }
    return mode;
  }

  private static long interval(String text) throws IptablesException {
    long seconds = HashRate.leading(text);
    if (seconds <= 0 || seconds > Integer.MAX_VALUE) {
      throw HashRate.bad(RATE_INTERVAL, text);
    }
    return seconds;
  }

  @Override
  public void check() throws IptablesException {
    if (!has(UPTO) && !has(ABOVE)) {
      throw IptablesException.parameter("You have to specify --hashlimit");
    }
    if (!has(EXPIRE)) {
      expire = rate.seconds() * 1000;
    }
    if (rate.bytes()) {
      checkBytes();
    } else if (burst > MOST_BURST) {
      throw badBurst();
    }
    if (has(RATE_MATCH)) {
      if (rateInterval == 0) {
        rateInterval = rate.bytes() ? 1 : rate.seconds();
      }
      if (!rate.bytes()) {
        rate = rate.perSecond();
      }
    }
    apart(UPTO, ABOVE);
    if (!has("hashlimit-name")) {
      throw missing("hashlimit-name");
    }
  }

  /** A burst of bytes is kept as how often a second's worth it is. */
  private void checkBytes() throws IptablesException {
    long unit = RateConfig.bytesOf(rate.average());
    if (!has(BURST)) {
      burst = 0;
      return;
    }
    if (burst < unit || unit == 0) {
      throw IptablesException.parameter("burst cannot be smaller than " + unit + "b");
    }
    burst = (burst + unit - 1) / unit;
    if (!has(EXPIRE)) {
      expire = HashRate.BYTES_EXPIRE_BURST;
    }
  }

  @Override
  public @Nullable String refusal(String chain, int protocol) {
    int most = v4 ? 32 : 128;
    boolean compares = has(RATE_MATCH);
    if (compares && rate.average() == 0) {
      return "Numerical result out of range";
    }
    boolean tooFast = rate.bytes() && !compares && rate.average() < 2;
    boolean wrong = interval == 0 || expire == 0 || sourceBits > most || destinationBits > most;
    return wrong || tooFast || !Values.isFileName(table) ? "Invalid argument" : null;
  }

  @Override
  public void save(StringBuilder to) {
    to.append(above ? " --" + ABOVE : " --" + UPTO);
    rate.write(to, rate.average(), burst, " --hashlimit-");
    if (mode != 0) {
      to.append(" --hashlimit-mode ").append(modes(","));
    }
    to.append(" --hashlimit-name ").append(table);
    rest(to, " --hashlimit-", rate.quantum(rate.average(), burst));
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(above ? " limit: above" : " limit: up to");
    boolean whole = !rate.bytes() && rateInterval != 0;
    long period = whole ? rate.average() * rateInterval : rate.average();
    rate.write(to, period, burst, " ");
    if (mode != 0) {
      to.append(" mode ").append(modes("-"));
    }
    rest(to, " ", rate.quantum(period, burst));
  }

  private String modes(String separator) {
    List<String> names = new ArrayList<>();
    MODES.forEach((name, bit) -> {
      if ((mode & bit) != 0) {
        names.add(name);
      }
    });
    return String.join(separator, names);
  }

  private void rest(StringBuilder to, String before, long quantum) {
    int most = v4 ? 32 : 128;
    value(to, before + "htable-size ", size, 0);
    value(to, before + "htable-max ", max, 0);
    value(to, before + "htable-gcinterval ", interval, DEFAULT_INTERVAL);
    value(to, before + "htable-expire ", expire, quantum);
    value(to, before + "srcmask ", sourceBits, most);
    value(to, before + "dstmask ", destinationBits, most);
    if (has(RATE_MATCH)) {
      to.append(before).append("rate-match");
      value(to, before + "rate-interval ", rateInterval, 1);
    }
  }

  private static void value(StringBuilder to, String text, long value, long usual) {
    if (value != usual) {
      to.append(text).append(value);
    }
  }

  @Override
  public void compile(List<Condition> to) {
    long buckets = size == 0 ? DEFAULT_SIZE : size;
    long entries = max == 0 ? 8 * buckets : Math.max(max, buckets);
    int kind = mode | (rate.bytes() ? RateConfig.BYTES : 0);
    int source = v4 ? sourceBits + 96 : sourceBits;
    int destination = v4 ? destinationBits + 96 : destinationBits;
    RateConfig config =
        new RateConfig(
            kind | (has(RATE_MATCH) ? RateConfig.COMPARES : 0),
            rate.average(),
            burst,
            (int) entries,
            interval,
            expire,
            IpAddress.maskHi(source),
            IpAddress.maskLo(source),
            IpAddress.maskHi(destination),
            IpAddress.maskLo(destination),
            rateInterval);
    to.add(new RateCondition(table, v4, config, above));
  }
}
