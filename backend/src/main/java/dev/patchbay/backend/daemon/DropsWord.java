package dev.patchbay.backend.daemon;

import dev.patchbay.backend.capture.DropRing;
import dev.patchbay.backend.cli.DropsHelp;
import dev.patchbay.backend.control.ControlModel.ExecResult;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** {@code drops [--port NAME] [--last N] [-j]}: the last dropped packets. */
final class DropsWord {
  private static final int USAGE = 2;
  private static final JsonMapper JSON = new JsonMapper();

  /** RFC 3339, local time with its offset, as the log has it: a line of the one finds the other. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX")
          .withZone(ZoneId.systemDefault());

  private @Nullable String port;
  private int last = DropRing.SIZE;
  private boolean json;

  private DropsWord() {}

  /**
   * Runs it.
   *
   * @param args what follows the word
   * @param known whether there is a device of that name
   */
  static ExecResult run(DropRing ring, List<String> args, Predicate<String> known) {
    if (DropsHelp.isAsked(args)) {
      return new ExecResult(0, DropsHelp.text(), "");
    }
    DropsWord word = new DropsWord();
    String fault = word.parse(args, known);
    if (fault != null) {
      return new ExecResult(USAGE, "", "drops: " + fault + "\n");
    }
    List<DropRing.Drop> drops = ring.last(word.port, word.last);
    return new ExecResult(0, word.json ? json(drops) : text(drops), "");
  }

  private @Nullable String parse(List<String> args, Predicate<String> known) {
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      int equals = arg.startsWith("--") ? arg.indexOf('=') : -1;
      String option = equals < 0 ? arg : arg.substring(0, equals);
      if (arg.equals("-j") || arg.equals("--json")) {
        json = true;
        continue;
      }
      if (!option.equals("--port") && !option.equals("--last")) {
        return "unknown argument '" + arg + "'; expected --port NAME, --last N or -j";
      }
      if (equals < 0 && ++i == args.size()) {
        return option + " needs an argument";
      }
      String value = equals < 0 ? args.get(i) : arg.substring(equals + 1);
      if (option.equals("--port")) {
        if (!known.test(value)) {
          return "--port '" + value + "': there is no device of that name";
        }
        port = value;
      } else if (value.matches("[0-9]{1,9}")) {
        last = Math.min(Integer.parseInt(value), DropRing.SIZE);
      } else {
        return "--last '" + value + "': expected a number of packets";
      }
    }
    return null;
  }

  private static String time(DropRing.Drop drop) {
    return TIME.format(
        Instant.ofEpochSecond(drop.time() / 1_000_000_000L, drop.time() % 1_000_000_000L));
  }

  private static String json(List<DropRing.Drop> drops) {
    List<Map<String, @Nullable Object>> all = new ArrayList<>();
    for (DropRing.Drop drop : drops) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("time", time(drop));
      one.put("port", drop.port());
      one.put("length", drop.length());
      one.put("summary", drop.summary());
      one.put("reason", drop.reason().name());
      DropRing.Culprit culprit = drop.rule();
      one.put("table", culprit == null ? null : culprit.table());
      one.put("chain", culprit == null ? null : culprit.chain());
      one.put("rule", culprit == null ? null : culprit.number());
      one.put("text", drop.reason().text());
      all.add(one);
    }
    return JSON.writeValueAsString(all) + "\n";
  }

  private static String reason(DropRing.Drop drop) {
    DropRing.Culprit by = drop.rule();
    if (by == null) {
      return drop.reason().name();
    }
    String rule = by.number() == 0 ? "policy" : "rule " + by.number();
    return drop.reason().name() + " (" + by.table() + " " + by.chain() + " " + rule + ")";
  }

  private static String text(List<DropRing.Drop> drops) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"TIME", "PORT", "SUMMARY", "REASON"});
    for (DropRing.Drop drop : drops) {
      String port = drop.port() == null ? "-" : drop.port();
      rows.add(new String[] {time(drop), port, drop.summary(), reason(drop)});
    }
    int[] widths = new int[3];
    for (String[] row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      for (int i = 0; i < widths.length; i++) {
        text.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
      }
      text.append(row[3]).append('\n');
    }
    return text.toString();
  }
}
