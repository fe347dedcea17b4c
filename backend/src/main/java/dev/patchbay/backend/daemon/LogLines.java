package dev.patchbay.backend.daemon;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.apache.logging.log4j.core.LogEvent;
import tools.jackson.core.io.JsonStringEncoder;

/** How an event of the log is written. */
final class LogLines {
  private static final int LEVEL_WIDTH = 5;

  /** RFC 3339, local time with its offset: as {@link DropsWord} has it, with fewer digits. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneId.systemDefault());

  private LogLines() {}

  /**
   * For a person: {@code 2026-01-31T12:34:56.789+01:00 INFO message}, below it the stack trace if
   * any.
   */
  static String text(LogEvent event) {
    String level = event.getLevel().name();
    return TIME.format(instant(event))
        + ' '
        + level
        + " ".repeat(Math.max(0, LEVEL_WIDTH - level.length()))
        + ' '
        + event.getMessage().getFormattedMessage()
        + '\n'
        + trace(event);
  }

  /**
   * For machines: {@code {"time":…,"level":…,"logger":…,"message":…}}, the trace in the message.
   */
  static String json(LogEvent event) {
    String message = event.getMessage().getFormattedMessage();
    String trace = trace(event);
    StringBuilder line = new StringBuilder("{\"time\":\"");
    TIME.formatTo(instant(event), line);
    line.append("\",\"level\":\"").append(event.getLevel().name()).append("\",\"logger\":\"");
    JsonStringEncoder encoder = JsonStringEncoder.getInstance();
    encoder.quoteAsString(event.getLoggerName(), line);
    line.append("\",\"message\":\"");
    encoder.quoteAsString(trace.isEmpty() ? message : message + '\n' + trace, line);
    return line.append("\"}\n").toString();
  }

  private static Instant instant(LogEvent event) {
    return Instant.ofEpochMilli(event.getTimeMillis());
  }

  private static String trace(LogEvent event) {
    Throwable thrown = event.getThrown();
    if (thrown == null) {
      return "";
    }
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}
