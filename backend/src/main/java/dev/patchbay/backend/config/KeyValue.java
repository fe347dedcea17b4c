package dev.patchbay.backend.config;

import java.util.ArrayList;
import java.util.List;

/**
 * QEMU's way of writing options: {@code FIRST,key=value,…}, a comma within a value doubled.
 *
 * @param key the word before the equals sign
 * @param value what follows it
 * @param source where it stands
 * @param place where its value stands
 */
record KeyValue(String key, String value, Source source, Source place) {
  /** Cuts at single commas and halves the doubled ones. */
  static List<String> items(String text) {
    List<String> items = new ArrayList<>();
    StringBuilder item = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != ',') {
        item.append(c);
      } else if (i + 1 < text.length() && text.charAt(i + 1) == ',') {
        item.append(c);
        i++;
      } else {
        items.add(item.toString());
        item.setLength(0);
      }
    }
    items.add(item.toString());
    return items;
  }

  /** Reads one {@code key=value}. */
  static KeyValue of(String item, Source source) throws ConfigException {
    int equals = item.indexOf('=');
    if (equals <= 0) {
      throw source.error(
          item.isEmpty()
              ? "nothing between two commas: expected key=value"
              : "expected key=value at '" + item + "'");
    }
    return new KeyValue(item.substring(0, equals), item.substring(equals + 1), source, source);
  }

  ConfigException error(String message) {
    return place.error(key, value, message);
  }

  ConfigException givenTwice() {
    return source.error(key, value, "is given twice");
  }

  ConfigException notSupported() {
    return source.error(key + "= is not supported yet");
  }
}
