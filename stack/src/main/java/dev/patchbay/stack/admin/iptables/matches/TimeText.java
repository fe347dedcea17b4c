package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Values;

/** Dates and times of the day as iptables' {@code time} reads and prints them; reads one. */
final class TimeText {
  /** Days of 400 years of the Gregorian calendar, and from 0000-03-01 to 1970-01-01. */
  private static final int ERA = 146_097;

  private static final int EPOCH = 719_468;

  private final String text;
  private int at;

  TimeText(String text) {
    this.text = text;
  }

  /** A number of days, base 8, 10 or 16; -1 where it is none. */
  static long number(String day) {
    return day.equals("+") ? -1 : Values.number(day);
  }

  /** Seconds since 1970 of {@code YYYY[-MM[-DD[Thh[:mm[:ss]]]]]}; what is missing is the least. */
  long date() throws IptablesException {
    int year = digits();
    int month = 1;
    int day = 1;
    int second = 0;
    boolean good = year >= 1970 && year <= 2038;
    if (good && is('-')) {
      month = digits();
      good = month <= 12;
      if (good && is('-')) {
        day = digits();
        good = day <= 31;
        if (good && is('T')) {
          second = part(3_600, 23);
          good = second >= 0;
        }
      }
    }
    if (!good || at < text.length()) {
      throw IptablesException.parameter(
          "Invalid date \"" + text + "\" specified. Should be YYYY[-MM[-DD[Thh[:mm[:ss]]]]]");
    }
    // a month 0 is the December before, a day 0 the last of the month before
    long date = (days(month == 0 ? year - 1 : year, month == 0 ? 12 : month) + day - 1) * 86_400L;
    if (date + second < 0) {
      throw new IptablesException(IptablesException.Kind.OTHER, "mktime returned an error");
    }
    return date + second;
  }

  /** What is left of a time of the day in seconds, or -1. */
  private int part(int unit, int most) {
    int value = digits();
    if (value > most) {
      return -1;
    }
    int seconds = value * unit;
    if (unit > 1 && is(':')) {
      int rest = part(unit / 60, 59);
      return rest < 0 ? -1 : seconds + rest;
    }
    return seconds;
  }

  /** Seconds of {@code hh:mm[:ss]}. */
  int timeOfDay() throws IptablesException {
    int hour = digits();
    int from = 0; // of the part that is told of
    if (hour <= 23 && is(':')) {
      from = at;
      int minute = digits();
      if (minute <= 59) {
        int second = 0;
        if (is(':')) {
          from = at;
          second = digits();
        }
        if (second <= 59 && at == text.length()) {
          return hour * 3_600 + minute * 60 + second;
        }
      }
    }
    throw IptablesException.parameter(
        "invalid time \""
            + text.substring(from)
            + "\" specified, should be hh:mm[:ss] format and within the boundaries");
  }

  /** The number that stands here, 0 for none; what is too long for any use is one that is too. */
  private int digits() {
    int value = 0;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      value = Math.min(value * 10 + text.charAt(at++) - '0', 99_999);
    }
    return value;
  }

  private boolean is(char c) {
    boolean here = at < text.length() && text.charAt(at) == c;
    at += here ? 1 : 0;
    return here;
  }

  /** Days from 1970 to the first of a month, in years that begin with March. */
  private static long days(int year, int month) {
    int y = month > 2 ? year : year - 1;
    int ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5;
    long ofEra = y % 400 * 365L + y % 400 / 4 - y % 400 / 100 + ofYear;
    return y / 400 * (long) ERA + ofEra - EPOCH;
  }

  /** {@code YYYY-MM-DD} of a day since 1970. */
  static String date(long day) {
    int ofEra = (int) ((day + EPOCH) % ERA);
    int year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / (ERA - 1)) / 365;
    int ofYear = ofEra - (365 * year + year / 4 - year / 100);
    int month = (5 * ofYear + 2) / 153;
    long y = (day + EPOCH) / ERA * 400 + year + (month > 9 ? 1 : 0);
    return "%04d-%02d-%02d"
        .formatted(y, month > 9 ? month - 9 : month + 3, ofYear - (153 * month + 2) / 5 + 1);
  }
}
