package dev.patchbay.stack.admin.tc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One entry of a listing, written as text and as an object of JSON together. */
final class TcOut {
  /** A name that stands in an object once more, as iproute2's writer lets it. */
  private static final class Again {
    private final String name;

    Again(String name) {
      this.name = name;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private final StringBuilder text = new StringBuilder();
  private final Map<Object, Object> object = new LinkedHashMap<>();
  private final Deque<Map<Object, Object>> open = new ArrayDeque<>();

  TcOut() {
    open.push(object);
  }

  /** For both. */
  void any(String key, Object value, String words) {
    json(key, value);
    text(words);
  }

  void json(String key, Object value) {
    Map<Object, Object> into = open.element();
    into.put(into.containsKey(key) ? new Again(key) : key, value);
  }

  void text(String words) {
    text.append(words);
  }

  /** Begins an object within that of JSON. */
  void begin(String key) {
    Map<Object, Object> inner = new LinkedHashMap<>();
    json(key, inner);
    open.push(inner);
  }

  /** Begins an object in an array within that of JSON; the array is made with its first. */
  void beginItem(String key) {
    Map<Object, Object> inner = new LinkedHashMap<>();
    List<Object> items = new ArrayList<>();
    if (open.element().get(key) instanceof List<?> there) {
      items.addAll(there);
    }
    items.add(inner);
    open.element().put(key, items);
    open.push(inner);
  }

  void end() {
    open.pop();
  }

  String text() {
    return text.toString();
  }

  Map<Object, Object> object() {
    return object;
  }
}
