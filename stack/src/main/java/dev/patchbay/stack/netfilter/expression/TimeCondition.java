package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.loop.EventLoop;

/**
 * The wall clock is between two dates, between two times of the day, on some days of the week and
 * of the month ({@code xt_time}), all in UTC. Of the loop's thread.
 */
public final class TimeCondition extends Condition {
  /** All days of a month, of which the first is bit 1. */
  public static final int ALL_MONTHDAYS = ~1;

  /** All days of a week, of which Monday is bit 1. */
  public static final int ALL_WEEKDAYS = 0xfe;

  /** The last second of a day. */
  public static final int LAST = 86_399;

  private static final int DAY = 86_400;

  /**
   * When it holds.
   *
   * @param from the first second, since 1970
   * @param to the last second, since 1970
   * @param begin the first second of the day, 0 to 86399
   * @param end the last; where it is not behind the first, it is that of the next day
   * @param weekdays bits 1 to 7
   * @param monthdays bits 1 to 31
   * @param contiguous whether what lies behind midnight counts to the day before
   */
  public record When(
      long from, long to, int begin, int end, int weekdays, int monthdays, boolean contiguous) {}

  private final EventLoop clock;
  private final When when;

  /** A condition by a loop's wall clock. */
  public TimeCondition(EventLoop clock, When when) {
    this.clock = clock;
    this.when = when;
  }

  @Override
  public boolean holds(PacketFields p) {
    long now = Math.floorDiv(clock.wallTime(), 1_000_000_000L);
    if (now < when.from || now > when.to) {
      return false;
    }
    int second = (int) Math.floorMod(now, (long) DAY);
    long day = Math.floorDiv(now, (long) DAY);
    if (when.begin < when.end) {
      if (second < when.begin || second > when.end) {
        return false;
      }
    } else {
      if (second < when.begin && second > when.end) {
        return false;
      }
      day -= when.contiguous && second <= when.end ? 1 : 0;
    }
    return (when.weekdays & 1 << weekday(day)) != 0 && (when.monthdays & 1 << monthday(day)) != 0;
  }

  /** 1 for Monday to 7; the first day of 1970 was a Thursday. */
  private static int weekday(long day) {
    return (int) Math.floorMod(day + 3, 7L) + 1;
  }

  /** The day of the month, in years that begin with March, of which 400 are always as long. */
  private static int monthday(long day) {
    int ofEra = (int) Math.floorMod(day + 719_468, 146_097L);
    int year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365;
    int ofYear = ofEra - (365 * year + year / 4 - year / 100);
    int month = (5 * ofYear + 2) / 153;
    return ofYear - (153 * month + 2) / 5 + 1;
  }
}
