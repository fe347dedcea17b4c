package dev.patchbay.backend.control;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The daemon's last events, numbered from 1. Owned by the loop's thread. */
public final class EventLog {
  /** Events that are kept; older ones are forgotten. */
  public static final int LIMIT = 4096;

  /** Told of each event on the loop's thread. */
  @FunctionalInterface
  public interface Subscriber {
    /** An event was added. */
    void event(Event event);
  }

  /**
   * One event.
   *
   * @param seq its number
   * @param line it in JSON, without a line feed
   */
  public record Event(long seq, String line) {}

  private static final JsonMapper JSON = new JsonMapper();

  private final Clock clock;
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private final List<Subscriber> subscribers = new ArrayList<>();
  private long last;

  /**
   * @param clock gives {@code time}
   */
  public EventLog(Clock clock) {
    this.clock = clock;
  }

  /**
   * Adds an event.
   *
   * @param event its kind, e.g. {@code attached}
   * @param fields what else it says; Jackson must be able to write them
   */
  public Event append(String event, Map<String, ? extends @Nullable Object> fields) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("time", clock.instant().toString());
    map.put("seq", last + 1);
    map.put("event", event);
    fields.forEach(map::putIfAbsent);
    Event made = new Event(last + 1, JSON.writeValueAsString(map));
    last++;
    if (events.size() == LIMIT) {
      events.removeFirst();
    }
    events.addLast(made);
    for (Subscriber subscriber : List.copyOf(subscribers)) {
      subscriber.event(made);
    }
    return made;
  }

  /** Number of the newest event, 0 before the first. */
  public long lastSeq() {
    return last;
  }

  /** The events that are kept with a number above {@code seq}, oldest first. */
  public List<Event> since(long seq) {
    return events.stream().filter(event -> event.seq() > seq).toList();
  }

  /** Tells {@code subscriber} of every event from now on. */
  public void subscribe(Subscriber subscriber) {
    subscribers.add(subscriber);
  }

  /** Tells it no more. */
  public void unsubscribe(Subscriber subscriber) {
    subscribers.removeIf(known -> known.equals(subscriber));
  }

  /** How many are told. */
  public int subscribers() {
    return subscribers.size();
  }
}
