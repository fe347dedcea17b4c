package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.qdisc.Distribution;
import dev.patchbay.stack.qdisc.NetemOptions;
import dev.patchbay.stack.qdisc.NetemOptions.Chance;
import dev.patchbay.stack.qdisc.NetemQdisc;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.QdiscOptions;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** The words of {@code netem}; {@code seed} as iproute2 6.6 has it. */
final class TcNetem implements TcKind {
  private static final String USAGE =
      """
      Usage: ... netem [ limit PACKETS ]
                       [ delay TIME [ JITTER [ CORRELATION ] ] ]
                       [ distribution { uniform | normal | pareto | paretonormal } ]
                       [ loss [ random ] PERCENT [ CORRELATION ] ]
                       [ loss state P13 [ P31 [ P32 [ P23 [ P14 ] ] ] ] ]
                       [ loss gemodel P [ R [ 1-H [ 1-K ] ] ] ] [ ecn ]
                       [ duplicate PERCENT [ CORRELATION ] ] [ corrupt PERCENT [ CORRELATION ] ]
                       [ reorder PERCENT [ CORRELATION ] [ gap DISTANCE ] ]
                       [ rate RATE [ PACKETOVERHEAD [ CELLSIZE [ CELLOVERHEAD ] ] ] ]
                       [ slot MIN [ MAX ] | slot distribution NAME DELAY JITTER ]
                              [ packets NUMBER ] [ bytes NUMBER ]
                       [ seed NUMBER ]\
      """;

  private final NetemOptions o = new NetemOptions();
  private long latencyTicks;
  private long jitterTicks;
  private long delayCorrelation;
  private long lossCorrelation;
  private long duplicateCorrelation;
  private boolean correlated;

  @Override
  public QdiscOptions parse(TcArgs args) throws RefusedException {
    for (; args.hasWord(); args.advance()) {
      option(args.word(), args);
    }
    check();
    return o;
  }

  private void option(String word, TcArgs args) throws RefusedException {
    if (matches(word, "limit")) {
      o.limit = read("limit", TcUnits.size(args.argument()));
    } else if (matches(word, "latency") || matches(word, "delay")) {
      delay(args);
    } else if (matches(word, "loss") || matches(word, "drop")) {
      loss(args);
    } else if (matches(word, "ecn")) {
      o.ecn = true;
    } else if (matches(word, "reorder")) {
      o.reorder = chance("reorder", args);
    } else if (matches(word, "corrupt")) {
      o.corrupt = chance("corrupt", args);
    } else if (matches(word, "gap")) {
      o.gap = read("gap", TcUnits.unsigned(args.argument(), 0, TcUnits.WHOLE));
    } else if (matches(word, "duplicate")) {
      o.duplicate = read("duplicate", TcUnits.percent(args.argument()));
      if (args.nextIsNumber()) {
        duplicateCorrelation = read("duplicate", TcUnits.percent(args.argument()));
      }
    } else if (matches(word, "distribution")) {
      o.distribution = distribution(args.argument());
    } else if (matches(word, "rate")) {
      rate(args);
    } else if (matches(word, "slot")) {
      new TcNetemSlot(o).parse(args);
    } else if (word.length() > 1 && matches(word, "seed")) {
      o.seed = seed(args.argument());
    } else {
      throw TcArgs.wrong((word.equals("help") ? "" : "What is \"" + word + "\"?\n") + USAGE);
    }
  }

  private static boolean matches(String word, String full) {
    return IpOptions.matches(word, full);
  }

  /** The value read, unless it is below 0. */
  static long read(String name, long value) throws RefusedException {
    if (value < 0) {
      throw TcArgs.wrong("Illegal \"" + name + "\"");
    }
    return value;
  }

  static Distribution distribution(String name) throws RefusedException {
    Distribution found = Distribution.of(name);
    if (found == null) {
      throw TcArgs.wrong(
          "No distribution data for "
              + name
              + " (expected uniform, normal, pareto or paretonormal)");
    }
    return found;
  }

  private static Long seed(String word) throws RefusedException {
    try {
      return Long.parseUnsignedLong(word);
    } catch (NumberFormatException e) {
      throw TcArgs.wrong("Illegal \"seed\"");
    }
  }

  private static long ticks(String word) throws RefusedException {
    long micros = read("latency", TcUnits.time(word));
    long ticks = TcUnits.ticks(micros);
    if (ticks < 0) {
      throw TcArgs.wrong("Illegal " + micros + " time (too large)\nIllegal \"latency\"");
    }
    return ticks;
  }

  private void delay(TcArgs args) throws RefusedException {
    latencyTicks = ticks(args.argument());
    if (args.nextIsNumber()) {
      jitterTicks = ticks(args.argument());
      if (args.nextIsNumber()) {
        delayCorrelation = read("latency", TcUnits.percent(args.argument()));
        correlated = true;
      }
    }
  }

  private Chance chance(String name, TcArgs args) throws RefusedException {
    long probability = read(name, TcUnits.percent(args.argument()));
    long correlation = 0;
    if (args.nextIsNumber()) {
      correlation = read(name, TcUnits.percent(args.argument()));
      correlated = true;
    }
    return new Chance(probability, correlation);
  }

  private void loss(TcArgs args) throws RefusedException {
    if (o.loss > 0 || o.lossModel != null) {
      throw TcArgs.wrong("Illegal \"duplicate loss argument\n\"");
    }
    String model = args.argument();
    if (TcArgs.startsWithDigit(model)) {
      randomLoss(args, model);
    } else if (model.equals("random")) {
      randomLoss(args, args.argument());
    } else if (model.equals("state")) {
      double p13 = share("loss p13", args.argument());
      long[] p = {TcUnits.percent(1 - p13), 0, TcUnits.WHOLE, 0};
      others(args, p, "loss p31", "loss p32", "loss p23", "loss p14");
      o.lossModel = new NetemOptions.FourStates(TcUnits.percent(p13), p[0], p[1], p[2], p[3]);
    } else if (model.equals("gemodel")) {
      double share = share("loss gemodel p", args.argument());
      // iproute2 says 1-h where the kernel has h
      long[] p = {TcUnits.percent(1 - share), TcUnits.WHOLE, 0};
      others(args, p, "loss gemodel r", "loss gemodel h", "loss gemodel k");
      o.lossModel =
          new NetemOptions.GilbertElliott(TcUnits.percent(share), p[0], TcUnits.WHOLE - p[1], p[2]);
    } else {
      throw TcArgs.wrong("Unknown loss parameter: " + model);
    }
  }

  private void randomLoss(TcArgs args, String percent) throws RefusedException {
    o.loss = read("loss percent", TcUnits.percent(percent));
    if (args.nextIsNumber()) {
      lossCorrelation = read("loss correlation", TcUnits.percent(args.argument()));
      correlated = true;
    }
  }

  private static double share(String name, String word) throws RefusedException {
    double share = TcUnits.share(word);
    read(name, Double.isNaN(share) ? -1 : 0);
    return share;
  }

  /** Reads as many of the values as are there; the others stay. */
  private static void others(TcArgs args, long[] values, String... names) throws RefusedException {
    for (int i = 0; i < values.length && args.nextIsNumber(); i++) {
      values[i] = read(names[i], TcUnits.percent(args.argument()));
    }
  }

  private void rate(TcArgs args) throws RefusedException {
    long bytes = read("rate", TcUnits.rate(args.argument()));
    long packet = 0;
    long size = 0;
    long cell = 0;
    if (args.nextIsSigned()) {
      packet = signed(args.argument());
    }
    if (args.nextIsNumber()) {
      size = read("rate", TcUnits.unsigned(args.argument(), 0, TcUnits.WHOLE));
    }
    if (args.nextIsSigned()) {
      cell = signed(args.argument());
    }
    o.rate = new NetemOptions.Rate(bytes, (int) packet, size, (int) cell);
  }

  private static long signed(String word) throws RefusedException {
    long value = TcUnits.integer(word, 0, Long.MIN_VALUE);
    read("rate", value == (int) value ? 0 : -1);
    return value;
  }

  private void check() throws RefusedException {
    o.latency = TcUnits.nanos(latencyTicks);
    o.jitter = TcUnits.nanos(jitterTicks);
    if (correlated) {
      o.correlations =
          new NetemOptions.Correlations(delayCorrelation, lossCorrelation, duplicateCorrelation);
    }
    if (o.reorder != null && o.reorder.probability() != 0) {
      if (o.latency == 0) {
        throw wrong("reordering not possible without specifying some delay");
      }
      o.gap = o.gap == 0 ? 1 : o.gap;
    } else if (o.gap > 0) {
      throw wrong("gap specified without reorder probability");
    }
    if (o.ecn && o.loss == 0 && o.lossModel == null) {
      throw wrong("ecn requested without loss model");
    }
    if (o.distribution != null && (o.latency == 0 || o.jitter == 0)) {
      throw wrong("distribution specified but no latency and jitter values");
    }
  }

  private static RefusedException wrong(String message) {
    return TcArgs.wrong(message + "\n" + USAGE);
  }

  @Override
  public void print(Qdisc qdisc, TcOut out, boolean details) {
    if (!(qdisc instanceof NetemQdisc netem)) {
      return;
    }
    NetemOptions now = netem.options();
    NetemOptions.Correlations rho = now.correlations;
    out.any("limit", now.limit, "limit " + (int) now.limit);
    if (now.latency != 0) {
      printDelay(now, rho == null ? 0 : rho.delay(), out);
    }
    if (now.loss != 0) {
      printChance("loss", "loss-random", now.loss, rho == null ? 0 : rho.loss(), out);
    }
    if (now.lossModel != null) {
      printLoss(now.lossModel, out);
    }
    long duplicates = rho == null ? 0 : rho.duplicate();
    printChance("duplicate", "duplicate", now.duplicate, duplicates, out);
    printChance("reorder", now.reorder, out);
    printChance("corrupt", now.corrupt, out);
    if (now.rate != null && now.rate.bytesPerSecond() != 0) {
      printRate(now.rate, out);
    }
    if (now.slot != null) {
      TcNetemSlot.print(now.slot, out);
    }
    if (now.seed != null) {
      String seed = Long.toUnsignedString(now.seed);
      out.any("seed", new BigInteger(seed), " seed " + seed);
    }
    out.json("ecn", now.ecn);
    out.text(now.ecn ? " ecn " : "");
    out.json("gap", now.gap);
    out.text(now.gap != 0 ? " gap " + now.gap : "");
  }

  private static void printDelay(NetemOptions now, long correlation, TcOut out) {
    long delay = TcUnits.micros(now.latency);
    long jitter = TcUnits.micros(now.jitter);
    out.begin("delay");
    out.any("delay", TcUnits.json(delay / 1e6), " delay " + TcUnits.timeText(delay));
    out.json("jitter", TcUnits.json(jitter / 1e6));
    out.text(now.jitter != 0 ? "  " + TcUnits.timeText(jitter) : "");
    correlation(now.jitter != 0, correlation, out);
    out.end();
  }

  private static void correlation(boolean shown, long value, TcOut out) {
    out.json("correlation", TcUnits.fraction(value));
    out.text(shown && value != 0 ? " " + TcUnits.percentText(value) : "");
  }

  private static void printChance(String name, @Nullable Chance chance, TcOut out) {
    if (chance != null) {
      printChance(name, name, chance.probability(), chance.correlation(), out);
    }
  }

  private static void printChance(
      String name, String object, long probability, long correlation, TcOut out) {
    if (probability != 0) {
      out.begin(object);
      percent(name, " " + name, probability, out);
      correlation(true, correlation, out);
      out.end();
    }
  }

  private static void percent(String key, String words, long value, TcOut out) {
    out.any(key, TcUnits.fraction(value), words + " " + TcUnits.percentText(value));
  }

  private static void printLoss(NetemOptions.Loss model, TcOut out) {
    switch (model) {
      case NetemOptions.FourStates p -> {
        out.begin("loss-state");
        percent("p13", " loss state p13", p.p13(), out);
        percent("p31", " p31", p.p31(), out);
        percent("p32", " p32", p.p32(), out);
        percent("p23", " p23", p.p23(), out);
        percent("p14", " p14", p.p14(), out);
      }
      case NetemOptions.GilbertElliott p -> {
        out.begin("loss-gemodel");
        percent("p", " loss gemodel p", p.p(), out);
        percent("r", " r", p.r(), out);
        percent("1-h", " 1-h", TcUnits.WHOLE - p.h(), out);
        percent("1-k", " 1-k", p.k(), out);
      }
    }
    out.end();
  }

  private static void printRate(NetemOptions.Rate rate, TcOut out) {
    out.begin("rate");
    String text = TcUnits.rateText(rate.bytesPerSecond());
    out.any("rate", rate.bytesPerSecond(), " rate " + text);
    number("packetoverhead", rate.packetOverhead(), out);
    number("cellsize", rate.cellSize(), out);
    number("celloverhead", rate.cellOverhead(), out);
    out.end();
  }

  /** A number that the text leaves out where it is 0. */
  static void number(String name, long value, TcOut out) {
    out.json(name, value);
    out.text(value != 0 ? " " + name + " " + value : "");
  }
}
