package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.netfilter.state.RateConfig;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A rate as hashlimit reads and prints it.
 *
 * @param average as {@link RateConfig} has it
 * @param bytes whether bytes are counted
 * @param seconds of its unit; of bytes those after which an entry is forgotten
 */
record HashRate(long average, boolean bytes, long seconds) {
  static final HashRate NONE = new HashRate(0, false, 1);

  /** ms after which an entry is forgotten that may spend a burst of bytes. */
  static final long BYTES_EXPIRE_BURST = 60_000;

  private static final long BYTES_EXPIRE = 15_000;
  private static final long SCALE = 1_000_000;
  private static final long ALL = 0xffff_ffffL;
  private static final Pattern LEADING = Pattern.compile("\\s*([+-]?\\d{1,18}).*");
  private static final List<String> UNITS = List.of("day", "hour", "min", "sec");
  private static final long[] SECONDS = {86_400, 3_600, 60, 1};

  /** Reads {@code N[/UNIT]} or {@code N[k|m]b/s}. */
  static HashRate parse(String option, String text) throws IptablesException {
    int mark = text.indexOf("b/s");
    long number = leading(text);
    if (mark > 0 && number != 0) {
      // the kernel's division has 32 bits
      long parts = number * factor(text.substring(mark - 1, mark)) >> 4 & ALL;
      long average = parts == ALL ? 0 : ALL / (parts + 1);
      if (average == 0) {
        throw IptablesException.parameter("Rate too high \"" + text + "\"");
      }
      return new HashRate(average, true, BYTES_EXPIRE / 1000);
    }
    int slash = text.indexOf('/');
    long seconds = slash < 0 ? 1 : seconds(text.substring(slash + 1));
    if (seconds == 0 || number == 0) {
      throw bad(option, text);
    }
    long average = number < 0 ? 0 : SCALE * seconds / number;
    if (average == 0) {
      throw IptablesException.parameter("Rate too fast \"" + text + "\"");
    }
    return new HashRate(average, false, seconds);
  }

  /** The number at the beginning ({@code atoll}), 0 for none. */
  static long leading(String text) {
    Matcher number = LEADING.matcher(text);
    return number.matches() ? Long.parseLong(number.group(1)) : 0;
  }

  /** What a letter multiplies by. */
  static long factor(String letter) {
    return switch (letter) {
      case "m" -> 1024 * 1024;
      case "k" -> 1024;
      default -> 1;
    };
  }

  static IptablesException bad(String option, String text) {
    return IptablesException.parameter(
        "hashlimit: Bad value for \"--" + option + "\" option: \"" + text + "\"");
  }

  private static long seconds(String unit) {
    List<String> words = List.of("day", "hour", "minute", "second");
    for (int i = 0; i < words.size(); i++) {
      if (!unit.isEmpty() && words.get(i).startsWith(unit.toLowerCase(Locale.ROOT))) {
        return SECONDS[i];
      }
    }
    return 0;
  }

  /** The rate of packets that is only compared: so many in an interval of its unit. */
  HashRate perSecond() {
    return new HashRate(average / seconds, false, seconds);
  }

  /** Writes a rate, with a space before it, and the burst. */
  void write(StringBuilder to, long period, long burst, String before) {
    if (!bytes) {
      int unit = unit(period);
      to.append(' ').append(SECONDS[unit] * SCALE / period).append('/').append(UNITS.get(unit));
      to.append(before).append("burst ").append(burst);
      return;
    }
    long rate = RateConfig.bytesOf(average);
    long size = 1;
    for (long unit : new long[] {1024 * 1024, 1024}) {
      // the program's mask has 32 bits
      boolean same = rate >= unit && ALL / (((rate & -unit & ALL) >> 4) + 1) == average;
      size = size == 1 && same ? unit : size;
    }
    to.append(' ').append(rate / size).append(letter(size)).append("b/s");
    if (burst != 0) {
      long all = rate * burst;
      long unit = all >= 1024 * 1024 ? 1024 * 1024 : all >= 1024 ? 1024 : 1;
      to.append(before).append("burst ").append(all / unit).append(letter(unit)).append('b');
    }
  }

  private static String letter(long size) {
    return size == 1 ? "" : size == 1024 ? "k" : "m";
  }

  /** {@code print_rate}: the largest unit in which it comes out whole, else the least. */
  private static int unit(long period) {
    int best = 0;
    for (int i = 1; i < SECONDS.length; i++) {
      long unit = SECONDS[i] * SCALE;
      if (period > unit || unit / period < unit % period) {
        break;
      }
      best = i;
    }
    return best;
  }

  /** ms after which an entry is forgotten where nothing is said of it. */
  long quantum(long period, long burst) {
    if (bytes) {
      return burst == 0 ? BYTES_EXPIRE : BYTES_EXPIRE_BURST;
    }
    return SECONDS[unit(period)] * 1000;
  }
}
