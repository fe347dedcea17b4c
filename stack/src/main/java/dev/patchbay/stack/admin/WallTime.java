package dev.patchbay.stack.admin;

import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.Locale;
import java.util.TimeZone;

/** Times of day as commands print them, in the zone of the machine. */
public final class WallTime {
  private static final long MILLISECOND = 1_000_000;
  private static final long MICROSECOND = 1_000;

  private WallTime() {}

  /**
   * As {@code ctime(3)}: {@code Sun Nov 1 02:03:04 2026}.
   *
   * @param nanos ns since 1970
   */
  public static String ctime(long nanos) {
    return String.format(Locale.ROOT, "%1$ta %1$tb %1$2te %1$tT %1$tY", calendar(nanos));
  }

  /** As ISO 8601 has it, to the microsecond, without a zone. */
  public static String iso(long nanos) {
    return String.format(Locale.ROOT, "%1$tFT%1$tT.%2$06d", calendar(nanos), micros(nanos));
  }

  /** As an element of XML, its parts each one of their own; Sunday is day 1 of the week. */
  public static String xml(long nanos) {
    Calendar c = calendar(nanos);
    return ("<when><hour>%d</hour><min>%d</min><sec>%d</sec><wday>%d</wday><day>%d</day>"
            + "<month>%d</month><year>%d</year></when>")
        .formatted(
            c.get(Calendar.HOUR_OF_DAY),
            c.get(Calendar.MINUTE),
            c.get(Calendar.SECOND),
            c.get(Calendar.DAY_OF_WEEK),
            c.get(Calendar.DAY_OF_MONTH),
            c.get(Calendar.MONTH) + 1,
            c.get(Calendar.YEAR));
  }

  /** Microseconds of its second. */
  public static long micros(long nanos) {
    return Math.floorMod(nanos, 1_000 * MILLISECOND) / MICROSECOND;
  }

  private static Calendar calendar(long nanos) {
    Calendar calendar = new GregorianCalendar(TimeZone.getDefault(), Locale.ROOT);
    calendar.setTimeInMillis(Math.floorDiv(nanos, MILLISECOND));
    return calendar;
  }
}
