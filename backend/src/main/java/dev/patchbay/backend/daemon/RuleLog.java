package dev.patchbay.backend.daemon;

import dev.patchbay.backend.control.EventLog;
import dev.patchbay.stack.Namespaces;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.netfilter.log.LogSink;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * What rules write by LOG, in all namespaces: lines of the daemon's log, and events. The stack
 * bounds the number of lines; of events there are less, since only so many are kept. On the loop.
 */
final class RuleLog {
  private static final Logger LOG = LogManager.getLogger("patchbay");

  /** Events of a second. */
  private static final int EVENTS = 20;

  private static final long SECOND = 1_000_000_000L;
  private static final String[] LEVELS = {
    "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"
  };

  private final Namespaces namespaces;
  private final EventLog events;
  private final LongSupplier clock;
  private final Set<NetworkStack> watched = new HashSet<>();
  private long since;
  private int count;

  private RuleLog(Namespaces namespaces, EventLog events, LongSupplier clock) {
    this.namespaces = namespaces;
    this.events = events;
    this.clock = clock;
    since = clock.getAsLong();
  }

  /**
   * Takes the lines of all namespaces from now on, those of later ones too.
   *
   * @param clock monotonic ns
   */
  static void begin(Namespaces namespaces, EventLog events, LongSupplier clock) {
    RuleLog log = new RuleLog(namespaces, events, clock);
    namespaces.onChange(log::watch);
    log.watch();
  }

  private void watch() {
    watched.retainAll(namespaces.all().values());
    for (NetworkStack stack : namespaces.all().values()) {
      if (watched.add(stack)) {
        LogSink sink =
            (level, text, length) ->
                line(stack, level, new String(text, 0, length, StandardCharsets.UTF_8).strip());
        stack.netfilter().log().sink(sink);
      }
    }
  }

  private void line(NetworkStack stack, int level, String text) {
    String namespace = namespaces.nameOf(stack);
    LOG.log(levelOf(level), "{}{}", namespace.isEmpty() ? "" : "netns " + namespace + ": ", text);
    if (mayTell()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("level", LEVELS[level]);
      fields.put("message", text);
      fields.put("netns", namespace);
      events.append("log", fields);
    }
  }

  private static Level levelOf(int level) {
    return switch (level) {
      case 0, 1, 2, 3 -> Level.ERROR;
      case 4 -> Level.WARN;
      case 5, 6 -> Level.INFO;
      default -> Level.DEBUG;
    };
  }

  private boolean mayTell() {
    long now = clock.getAsLong();
    if (now - since >= SECOND) {
      since = now;
      count = 0;
    }
    return count++ < EVENTS;
  }
}
