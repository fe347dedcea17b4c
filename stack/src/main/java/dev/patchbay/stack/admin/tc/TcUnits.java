package dev.patchbay.stack.admin.tc;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes, times, rates and shares as {@code tc} reads and prints them (iproute2 6.1). What cannot be
 * read is -1.
 */
final class TcUnits {
  /** A share of one. */
  static final long WHOLE = 0xffff_ffffL;

  private static final Pattern DOUBLE =
      Pattern.compile("\\s*[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?");

  /** Ticks of the kernel's packet clock, 64 ns, in a microsecond. */
  private static final double TICKS = 15.625;

  private static final int TICK_SHIFT = 6;
  private static final long MAX = 0xffff_ffffL;

  private TcUnits() {}

  /** A number and what stands behind it, which is null where there is no number. */
  private record Quantity(double value, String unit) {}

  private static Quantity quantity(String word) {
    Matcher m = DOUBLE.matcher(word);
    if (!m.lookingAt()) {
      return new Quantity(Double.NaN, "");
    }
    String number = m.group().strip();
    return new Quantity(
        Double.parseDouble(number), word.substring(m.end()).toLowerCase(Locale.ROOT));
  }

  /** Bytes, 32 bits ({@code get_size}). */
  static long size(String word) {
    Quantity q = quantity(word);
    double factor =
        switch (q.unit()) {
          case "", "b" -> 1;
          case "k", "kb" -> 1024;
          case "m", "mb" -> 1024 * 1024;
          case "g", "gb" -> 1024 * 1024 * 1024;
          case "kbit" -> 128;
          case "mbit" -> 128 * 1024;
          case "gbit" -> 128 * 1024 * 1024;
          default -> Double.NaN;
        };
    double bytes = q.value() * factor;
    return bytes >= 0 && bytes < MAX + 1.0 ? (long) bytes : -1;
  }

  /** Microseconds as a C program casts them to 32 bits without sign ({@code get_time}). */
  static long time(String word) {
    double micros = scaled(word, 1_000_000, false);
    return Double.isNaN(micros) ? -1 : (long) micros & MAX;
  }

  /** Nanoseconds; a bare number is some too ({@code get_time64}). */
  static long time64(String word) {
    double nanos = scaled(word, 1_000_000_000, true);
    return Double.isNaN(nanos) ? -1 : (long) nanos;
  }

  private static double scaled(String word, double second, boolean nanos) {
    Quantity q = quantity(word);
    double factor =
        switch (q.unit()) {
          case "" -> 1;
          case "s", "sec", "secs" -> second;
          case "ms", "msec", "msecs" -> second / 1e3;
          case "us", "usec", "usecs" -> second / 1e6;
          case "ns", "nsec", "nsecs" -> nanos ? 1 : Double.NaN;
          default -> Double.NaN;
        };
    return q.value() * factor;
  }

  /** Bytes a second ({@code get_rate64}). */
  static long rate(String word) {
    Quantity q = quantity(word);
    String unit = q.unit();
    boolean bytes = unit.endsWith("bps");
    if (!unit.isEmpty() && !bytes && !unit.endsWith("bit")) {
      return -1;
    }
    double factor =
        switch (unit.isEmpty() ? "" : unit.substring(0, unit.length() - 3)) {
          case "" -> 1;
          case "k" -> 1e3;
          case "m" -> 1e6;
          case "g" -> 1e9;
          case "t" -> 1e12;
          case "ki" -> 0x1p10;
          case "mi" -> 0x1p20;
          case "gi" -> 0x1p30;
          case "ti" -> 0x1p40;
          default -> Double.NaN;
        };
    double bits = q.value() * factor * (bytes ? 8 : 1);
    return Double.isNaN(bits) || bits < 0 ? -1 : (long) (bits / 8);
  }

  /** A share of 1, NaN where it is none ({@code parse_percent}). */
  static double share(String word) {
    Quantity q = quantity(word);
    double share = q.value() / 100;
    boolean right = share >= 0 && share <= 1 && (q.unit().isEmpty() || q.unit().equals("%"));
    return right ? share : Double.NaN;
  }

  /** A share of 2<sup>32</sup>-1. */
  static long percent(String word) {
    double share = share(word);
    return Double.isNaN(share) ? -1 : percent(share);
  }

  static long percent(double share) {
    return (long) Math.rint(share * WHOLE);
  }

  /** A whole number without sign, at most {@code max}; base 0 as in C. */
  static long unsigned(String word, int base, long max) {
    long value = integer(word, base, Long.MIN_VALUE);
    return value >= 0 && value <= max ? value : -1;
  }

  /** A whole number, or {@code otherwise}; base 0 as in C. */
  static long integer(String word, int base, long otherwise) {
    boolean negative = word.startsWith("-");
    String digits = negative || word.startsWith("+") ? word.substring(1) : word;
    int radix = base == 0 ? 10 : base;
    if (base == 0 && (digits.startsWith("0x") || digits.startsWith("0X"))) {
      digits = digits.substring(2);
      radix = 16;
    } else if (base == 0 && digits.startsWith("0") && digits.length() > 1) {
      radix = 8;
    }
    try {
      return digits.startsWith("-") || digits.startsWith("+")
          ? otherwise
          : Long.parseLong((negative ? "-" : "") + digits, radix);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** Ticks of µs, or -1 where there are too many for 32 bits. */
  static long ticks(long micros) {
    long ticks = (long) (micros * TICKS);
    return ticks > MAX ? -1 : ticks;
  }

  /** Nanoseconds of ticks. */
  static long nanos(long ticks) {
    return ticks << TICK_SHIFT;
  }

  /** Microseconds that remain of nanoseconds that went through the kernel's ticks. */
  static long micros(long nanos) {
    return (long) (Math.min(nanos >> TICK_SHIFT, MAX) / TICKS);
  }

  /** {@code sprint_size}. */
  static String sizeText(long size) {
    double kilo = 1024;
    double mega = kilo * kilo;
    if (size >= mega && Math.abs(mega * Math.rint(size / mega) - size) < 1024) {
      return general(Math.rint(size / mega)) + "Mb";
    }
    if (size >= kilo && Math.abs(kilo * Math.rint(size / kilo) - size) < 16) {
      return general(Math.rint(size / kilo)) + "Kb";
    }
    return size + "b";
  }

  /** {@code sprint_time}. */
  static String timeText(long micros) {
    if (micros >= 1_000_000) {
      return general(micros / 1e6, 3) + "s";
    }
    return micros >= 1000 ? general(micros / 1e3, 3) + "ms" : micros + "us";
  }

  /** {@code sprint_time64}. */
  static String time64Text(long nanos) {
    if (nanos >= 1_000_000_000) {
      return general(nanos / 1e9, 3) + "s";
    } else if (nanos >= 1_000_000) {
      return general(nanos / 1e6, 3) + "ms";
    }
    return nanos >= 1000 ? general(nanos / 1e3, 3) + "us" : nanos + "ns";
  }

  /** {@code print_rate}: bits a second. */
  static String rateText(long bytes) {
    long rate = bytes * 8;
    String[] prefixes = {"", "K", "M", "G", "T"};
    int i = 0;
    while (i < 4 && rate >= 1000 && (rate % 1000 == 0 || rate >= 1_000_000)) {
      rate /= 1000;
      i++;
    }
    return rate + prefixes[i] + "bit";
  }

  /** {@code %g%%}. */
  static String percentText(long share) {
    return general(100.0 * share / WHOLE) + "%";
  }

  /** A share of 1 for JSON. */
  static Number fraction(long share) {
    return json((double) share / WHOLE);
  }

  /** A number that JSON prints as {@code %g} does. */
  static Number json(double value) {
    return new General(value);
  }

  /** {@code %g} of C. */
  static String general(double value) {
    return general(value, 6);
  }

  /** {@code %.*g} of C. */
  static String general(double value, int digits) {
    if (value == 0) {
      return "0";
    }
    BigDecimal rounded =
        new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent >= -4 && exponent < digits) {
      return rounded.stripTrailingZeros().toPlainString();
    }
    String mantissa = rounded.movePointLeft(exponent).stripTrailingZeros().toPlainString();
    return mantissa + String.format("e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  /** Prints as {@code %g}. */
  private static final class General extends Number {
    private static final long serialVersionUID = 1;
    private final double value;

    General(double value) {
      this.value = value;
    }

    @Override
    public int intValue() {
      return (int) value;
    }

    @Override
    public long longValue() {
      return (long) value;
    }

    @Override
    public float floatValue() {
      return (float) value;
    }

    @Override
    public double doubleValue() {
      return value;
    }

    @Override
    public String toString() {
      return general(value);
    }
  }
}
