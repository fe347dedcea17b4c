package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.TimeCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code time}: dates, times of the day, days of the week and of the month. The appliance's time
 * zone is UTC, so {@code --kerneltz} changes nothing but what is printed.
 */
public final class TimeMatch extends MatchExtension {
  private static final List<String> WEEKDAYS =
      List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");

  /** The last second where no date is said; it is printed all the same. */
  private static final long NO_END = Integer.MAX_VALUE;

  private final Context context;
  private final Set<String> seen = new TreeSet<>();
  private long from;
  private long to = NO_END;
  private int begin;
  private int end = TimeCondition.LAST;
  private int weekdays = TimeCondition.ALL_WEEKDAYS;
  private int monthdays = TimeCondition.ALL_MONTHDAYS;

  public TimeMatch(Context context) {
    super("time");
    this.context = context;
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.of("datestart"),
        Option.of("datestop"),
        Option.of("timestart"),
        Option.of("timestop"),
        Option.flag("contiguous"),
        Option.inverted("weekdays"),
        Option.inverted("monthdays"),
        Option.flag("localtz"),
        Option.flag("utc"),
        Option.flag("kerneltz"));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    once(seen.add(option), option);
    switch (option) {
      case "datestart" -> from = new TimeText(value).date();
      case "datestop" -> to = new TimeText(value).date();
      case "timestart" -> begin = new TimeText(value).timeOfDay();
      case "timestop" -> end = new TimeText(value).timeOfDay();
      case "weekdays" -> weekdays = weekdays(value) ^ (inverted ? TimeCondition.ALL_WEEKDAYS : 0);
      case "monthdays" ->
          monthdays = monthdays(value) ^ (inverted ? TimeCondition.ALL_MONTHDAYS : 0);
      case "localtz" -> throw IptablesException.unsupported("--localtz");
      default -> {
        // has been seen
      }
    }
  }

  /** Days between commas; an end after a comma is none. */
  private static List<String> days(String text) {
    List<String> days = new ArrayList<>(List.of(text.split(",", -1)));
    if (days.getLast().isEmpty()) {
      days.removeLast();
    }
    return days;
  }

  private static int monthdays(String text) throws IptablesException {
    int days = 0;
    for (String word : days(text)) {
      String day = word.length() > 2 ? word.substring(0, 2) : word; // what is behind is not read
      long number = day.isEmpty() ? 0 : TimeText.number(day);
      if (number < 0 || number > 31) {
        throw IptablesException.parameter(day + " is not a valid day for --monthdays");
      }
      days |= 1 << number;
    }
    return days;
  }

  private static int weekdays(String text) throws IptablesException {
    int days = 0;
    for (String word : days(text)) {
      String day = word.length() > 3 ? word.substring(0, 3) : word;
      long number = day.isEmpty() ? 0 : TimeText.number(day);
      if (number == 0) {
        throw IptablesException.parameter("No, the week does NOT begin with Sunday.");
      }
      days |= number > 0 ? 1 << number & 0xff : named(day);
    }
    return days;
  }

  private static int named(String day) throws IptablesException {
    for (int i = 0; i < WEEKDAYS.size() && day.length() > 1; i++) {
      if (WEEKDAYS.get(i).startsWith(day.substring(0, 2))) {
        return 2 << i;
      }
    }
    throw IptablesException.parameter(day + " is not a valid day specifier");
  }

  @Override
  public void check() throws IptablesException {
    if (seen.contains("contiguous") && begin < end) {
      throw IptablesException.parameter(
          "time: --contiguous only makes sense when stoptime is smaller than starttime");
    }
    if (seen.contains("utc") && seen.contains("kerneltz")) {
      throw together("utc", "kerneltz");
    }
  }

  private static String timeOfDay(long second) {
    return "%02d:%02d:%02d".formatted(second / 3_600, second / 60 % 60, second % 60);
  }

  private static String date(long second, char between) {
    return TimeText.date(second / 86_400) + between + timeOfDay(second % 86_400);
  }

  private boolean isAnyTime() {
    return begin == 0 && end == TimeCondition.LAST;
  }

  private String weekdayNames() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < WEEKDAYS.size(); i++) {
      if ((weekdays & 2 << i) != 0) {
        names.add(WEEKDAYS.get(i));
      }
    }
    return String.join(",", names);
  }

  private String monthdayNames(boolean ordinal) {
    List<String> names = new ArrayList<>();
    for (int day = 1; day <= 31; day++) {
      if ((monthdays & 1 << day) != 0) {
        names.add(day + (ordinal ? ordinal(day) : ""));
      }
    }
    return String.join(",", names);
  }

  private static String ordinal(int day) {
    // by the last digit alone, as iptables does
    return switch (day % 10) {
      case 1 -> "st";
      case 2 -> "nd";
      case 3 -> "rd";
      default -> "th";
    };
  }

  @Override
  public void save(StringBuilder text) {
    if (!isAnyTime()) {
      text.append(" --timestart ").append(timeOfDay(begin));
      text.append(" --timestop ").append(timeOfDay(end));
    }
    if (monthdays != TimeCondition.ALL_MONTHDAYS) {
      text.append(" --monthdays ").append(monthdayNames(false));
    }
    if (weekdays != TimeCondition.ALL_WEEKDAYS) {
      text.append(" --weekdays ").append(weekdayNames());
    }
    text.append(from == 0 ? "" : " --datestart " + date(from, 'T'));
    text.append(to == 0 ? "" : " --datestop " + date(to, 'T'));
    text.append(seen.contains("kerneltz") ? " --kerneltz" : "");
    text.append(seen.contains("contiguous") ? " --contiguous" : "");
  }

  @Override
  public void list(StringBuilder text, boolean numeric) {
    text.append(" TIME");
    if (!isAnyTime()) {
      text.append(" from ").append(timeOfDay(begin)).append(" to ").append(timeOfDay(end));
    }
    if (weekdays != TimeCondition.ALL_WEEKDAYS) {
      text.append(" on ").append(weekdayNames());
    }
    if (monthdays != TimeCondition.ALL_MONTHDAYS) {
      text.append(" on ").append(monthdayNames(true));
    }
    text.append(from == 0 ? "" : " starting from " + date(from, ' '));
    text.append(to == NO_END ? "" : " until date" + (to == 0 ? "" : " " + date(to, ' ')));
    text.append(seen.contains("kerneltz") ? "" : " UTC");
    text.append(seen.contains("contiguous") ? " contiguous" : "");
  }

  @Override
  public void compile(List<Condition> conditions) {
    TimeCondition.When when =
        new TimeCondition.When(
            from, to, begin, end, weekdays, monthdays, seen.contains("contiguous"));
    conditions.add(new TimeCondition(context.stack().loop(), when));
  }
}
