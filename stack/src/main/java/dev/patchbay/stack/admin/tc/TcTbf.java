package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.qdisc.QdiscOptions;
import dev.patchbay.stack.qdisc.TbfOptions;
import dev.patchbay.stack.qdisc.TbfQdisc;

/** {@code tbf}. */
final class TcTbf implements TcKind {
  private static final String USAGE =
      """
      Usage: ... tbf rate RATE burst BYTES { limit BYTES | latency TIME }
                     [ peakrate RATE mtu BYTES ] [ mpu BYTES ] [ overhead BYTES ]
                     [ linklayer { ethernet | atm } ]\
      """;

  private static final double MICROS = 1e6;
  private static final long MAX = 0xffff_ffffL;

  private long limit;
  private long latency;
  private long burst;
  private long mtu;
  private long mpu;
  private long rate;
  private long peakrate;
  private long overhead;
  private boolean atm;

  @Override
  public QdiscOptions parse(TcArgs args) throws RefusedException {
    for (; args.hasWord(); args.advance()) {
      String word = args.word();
      if (IpOptions.matches(word, "limit")) {
        limit(args.argument());
      } else if (IpOptions.matches(word, "latency")) {
        latency(args.argument());
      } else if (IpOptions.matches(word, "burst")
          || word.equals("buffer")
          || word.equals("maxburst")) {
        burst = cells(word, burst, "buffer/burst/maxburst", args.argument());
      } else if (word.equals("mtu") || word.equals("minburst")) {
        mtu = cells(word, mtu, "mtu/minburst", args.argument());
      } else if (word.equals("mpu")) {
        mpu = once("mpu", mpu, args.argument(), TcUnits.size(args.word()));
      } else if (word.equals("rate")) {
        rate = once("rate", rate, args.argument(), TcUnits.rate(args.word()));
      } else if (IpOptions.matches(word, "peakrate")) {
        peakrate = once("peakrate", peakrate, args.argument(), TcUnits.rate(args.word()));
      } else if (IpOptions.matches(word, "overhead")) {
        String value = args.argument();
        overhead = once("overhead", overhead, value, TcUnits.unsigned(value, 10, 0xffff));
      } else if (IpOptions.matches(word, "linklayer")) {
        linkLayer(args.argument());
      } else if (word.equals("help")) {
        throw TcArgs.wrong(USAGE);
      } else {
        throw TcArgs.wrong("tbf: unknown parameter \"" + word + "\"\n" + USAGE);
      }
    }
    return options();
  }

  private void limit(String value) throws RefusedException {
    if (limit != 0) {
      throw twice("limit");
    }
    if (latency != 0) {
      throw TcArgs.wrong("tbf: specifying both \"latency\" and \"limit\" is not allowed");
    }
    limit = checked("limit", value, TcUnits.size(value));
  }

  private void latency(String value) throws RefusedException {
    if (latency != 0) {
      throw twice("latency");
    }
    if (limit != 0) {
      throw TcArgs.wrong("tbf: specifying both \"limit\" and \"/latency\" is not allowed");
    }
    latency = checked("latency", value, TcUnits.time(value));
  }

  private void linkLayer(String value) throws RefusedException {
    boolean ethernet = IpOptions.matches(value, "ethernet");
    atm = !ethernet && (IpOptions.matches(value, "atm") || IpOptions.matches(value, "adsl"));
    if (!atm && !ethernet) {
      throw illegal("linklayer", value);
    }
  }

  /** A size, behind which the size of a cell may stand, a power of two that decides nothing. */
  private static long cells(String word, long before, String names, String value)
      throws RefusedException {
    if (before != 0) {
      throw twice(names);
    }
    int slash = value.indexOf('/');
    if (slash < 0) {
      return checked(word, value, TcUnits.size(value));
    }
    long cell = TcUnits.unsigned(value.substring(slash + 1), 0, 1L << 31);
    boolean right = cell > 0 && Long.bitCount(cell) == 1;
    return checked(word, value, right ? TcUnits.size(value.substring(0, slash)) : -1);
  }

  private static long once(String name, long before, String value, long read)
      throws RefusedException {
    if (before != 0) {
      throw twice(name);
    }
    return checked(name, value, read);
  }

  private static long checked(String name, String value, long read) throws RefusedException {
    if (read < 0) {
      throw illegal(name, value);
    }
    return read;
  }

  private static RefusedException twice(String name) {
    return TcArgs.wrong("tbf: duplicate \"" + name + "\" specification");
  }

  private static RefusedException illegal(String name, String value) {
    return TcArgs.wrong("tbf: illegal value for \"" + name + "\": \"" + value + "\"");
  }

  private TbfOptions options() throws RefusedException {
    StringBuilder missing = new StringBuilder();
    if (rate == 0) {
      missing.append("tbf: the \"rate\" parameter is mandatory.\n");
    }
    if (burst == 0) {
      missing.append("tbf: the \"burst\" parameter is mandatory.\n");
    }
    if (peakrate != 0 && mtu == 0) {
      missing.append("tbf: when \"peakrate\" is specified, \"mtu\" must also be specified.\n");
    }
    if (limit == 0 && latency == 0) {
      missing.append("tbf: either \"limit\" or \"latency\" is required.\n");
    }
    if (!missing.isEmpty()) {
      throw TcArgs.wrong(missing + USAGE);
    }
    if (limit == 0) {
      double bytes = rate * (double) latency / MICROS + burst;
      if (peakrate != 0) {
        bytes = Math.min(bytes, peakrate * (double) latency / MICROS + mtu);
      }
      limit = (long) bytes & MAX;
    }
    return new TbfOptions(rate, burst, limit, peakrate, mtu, (int) mpu, (int) overhead, atm);
  }

  @Override
  public void print(Qdisc qdisc, TcOut out, boolean details) {
    if (!(qdisc instanceof TbfQdisc tbf)) {
      return;
    }
    TbfOptions o = tbf.options();
    if (o == null) {
      return;
    }
    out.any("rate", o.rate(), "rate " + TcUnits.rateText(o.rate()) + " ");
    bucket(o.rate(), tbf.bucket(), "burst", "burst", o.mpu(), out, details);
    if (o.peakrate() != 0) {
      out.text("peakrate " + TcUnits.rateText(o.peakrate()) + " ");
      if (TcUnits.micros(tbf.peakBucket()) != 0 || o.mpu() != 0) {
        bucket(o.peakrate(), tbf.peakBucket(), "mtu", "minburst", o.mpu(), out, details);
      }
    }
    double wait = MICROS * (o.limit() / (double) o.rate()) - TcUnits.micros(tbf.bucket());
    if (o.peakrate() != 0) {
      double peak = MICROS * (o.limit() / (double) o.peakrate()) - TcUnits.micros(tbf.peakBucket());
      wait = Math.max(wait, peak);
    }
    if (wait >= 0) {
      out.any("lat", (long) wait, "lat " + TcUnits.timeText((long) wait & MAX) + " ");
    } else {
      out.any("limit", o.limit(), "limit " + TcUnits.sizeText(o.limit()) + " ");
    }
    if (o.overhead() != 0) {
      out.any("overhead", o.overhead(), "overhead " + o.overhead() + " ");
    }
    if (o.atm() || details) {
      String layer = o.atm() ? "atm" : "ethernet";
      out.any("linklayer", layer, "linklayer " + layer + " ");
    }
  }

  /** A bucket's bytes, from its time in whole microseconds as tc has it. */
  private static void bucket(
      long rate, long nanos, String long_, String short_, int mpu, TcOut out, boolean details) {
    long bytes = (long) ((double) rate * TcUnits.micros(nanos) / MICROS) & MAX;
    String size = TcUnits.sizeText(bytes);
    if (details) {
      out.any(long_, size + "/1", long_ + " " + size + "/1 ");
      out.any("mpu", mpu, "mpu " + TcUnits.sizeText(mpu) + " ");
    } else {
      out.any(short_, bytes, short_ + " " + size + " ");
    }
  }
}
