package dev.patchbay.stack.admin;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes maps, collections, strings, numbers, booleans and null as JSON (RFC 8259), compact or in
 * the layout of {@code ip -j -p}.
 */
public final class JsonWriter {
  private static final int INDENT = 4;

  private final StringBuilder out = new StringBuilder();
  private final boolean pretty;
  private int depth;

  private JsonWriter(boolean pretty) {
    this.pretty = pretty;
  }

  /** Stands for null in a map that has none. */
  public static final Object NULL = Null.NULL;

  private enum Null {
    NULL
  }

  /** The text of {@code value} with a line feed behind it. */
  public static String write(Object value, boolean pretty) {
    JsonWriter writer = new JsonWriter(pretty);
    writer.value(value);
    return writer.out.append('\n').toString();
  }

  private void value(@Nullable Object value) {
    switch (value) {
      case Map<?, ?> map -> object(map);
      case Collection<?> items -> array(items);
      case Number number -> out.append(number);
      case Boolean flag -> out.append(flag);
      case null -> out.append("null");
      case Null.NULL -> out.append("null");
      default -> string(value.toString());
    }
  }

  private void object(Map<?, ?> map) {
    out.append('{');
    depth++;
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(separator);
      newLine();
      string(String.valueOf(entry.getKey()));
      out.append(pretty ? ": " : ":");
      value(entry.getValue());
      separator = ",";
    }
    depth--;
    if (!map.isEmpty()) {
      newLine();
    }
    out.append('}');
  }

  private void array(Collection<?> items) {
    out.append('[');
    depth++;
    String separator = pretty ? " " : "";
    for (Object item : items) {
      out.append(separator);
      value(item);
      separator = ",";
    }
    depth--;
    out.append(pretty ? " ]" : "]");
  }

  private void newLine() {
    if (pretty) {
      out.append('\n').repeat(' ', depth * INDENT);
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
