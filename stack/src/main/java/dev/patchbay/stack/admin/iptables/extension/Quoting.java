package dev.patchbay.stack.admin.iptables.extension;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Words in double quotes, as {@code iptables-save} writes and {@code -restore} reads them. */
public final class Quoting {
  private Quoting() {}

  /** The text as one word ({@code xtables_save_string}). */
  public static String quoted(String text) {
    if (text.matches("[-_A-Za-z0-9]+")) {
      return text;
    }
    StringBuilder to = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\' || c == '\'') {
        to.append('\\');
      }
      to.append(c);
    }
    return to.append('"').toString();
  }

  /**
   * The words of a line, without their quotes ({@code add_param_to_argv}); null for open quotes.
   */
  public static @Nullable List<String> words(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean in = false;
    boolean quoted = false;
    boolean escaped = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (escaped) {
        word.append(c);
        escaped = false;
      } else if (quoted && c == '\\') {
        escaped = true;
      } else if (c == '"') {
        quoted = !quoted;
        in = true;
      } else if (!quoted && (c == ' ' || c == '\t' || c == '\n')) {
        if (in || !word.isEmpty()) {
          words.add(word.toString());
        }
        word.setLength(0);
        in = false;
      } else {
        word.append(c);
      }
    }
    if (in || !word.isEmpty()) {
      words.add(word.toString());
    }
    return quoted ? null : words;
  }
}
