package dev.patchbay.backend.control;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes metrics in Prometheus' text format 0.0.4. The samples of one name must follow each other.
 */
public final class MetricsText {
  private final StringBuilder out = new StringBuilder();
  private final Map<String, String> types = new LinkedHashMap<>();

  /**
   * A value that only grows.
   *
   * @param name ends in {@code _total}
   * @param labels names and values by turns
   */
  public MetricsText counter(String name, String help, long value, String... labels) {
    return sample("counter", name, help, value, labels);
  }

  /** A value that goes up and down. */
  public MetricsText gauge(String name, String help, long value, String... labels) {
    return sample("gauge", name, help, value, labels);
  }

  private MetricsText sample(String type, String name, String help, long value, String... labels) {
    if (types.putIfAbsent(name, type) == null) {
      out.append("# HELP ").append(name).append(' ');
      out.append(help.replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
      out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }
    out.append(name);
    for (int i = 0; i + 1 < labels.length; i += 2) {
      String text = labels[i + 1].replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
      out.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"").append(text).append('"');
    }
    out.append(labels.length > 1 ? "} " : " ").append(value).append('\n');
    return this;
  }

  /** What was written so far. */
  @Override
  public String toString() {
    return out.toString();
  }
}
