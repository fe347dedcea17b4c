package dev.patchbay.backend.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command line into words as a POSIX shell does (POSIX.1-2017, Shell Command Language,
 * sections 2.2 "Quoting" and 2.3 "Token Recognition"), without any expansion: {@code $}, {@code *},
 * {@code |}, {@code #} and their like are ordinary characters.
 */
public final class ShellWords {
  private final String line;
  private final List<String> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private boolean inWord;
  private int at;

  private ShellWords(String line) {
    this.line = line;
  }

  /**
   * Splits a line.
   *
   * @return the words, none for a line of blanks
   * @throws ConfigException for a quote that is not closed or a backslash at the end; it tells the
   *     position, counted from 1
   */
  public static List<String> split(String line) throws ConfigException {
    return new ShellWords(line).run();
  }

  /**
   * Joins words so that {@link #split} gives them back: those that need it are put between single
   * quotes.
   */
  public static String join(List<String> words) {
    return String.join(" ", words.stream().map(ShellWords::quote).toList());
  }

  private static String quote(String word) {
    boolean plain = !word.isEmpty();
    for (int i = 0; i < word.length() && plain; i++) {
      char c = word.charAt(i);
      plain = Character.isLetterOrDigit(c) || "@%+=:,./_-".indexOf(c) >= 0;
    }
    return plain ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private List<String> run() throws ConfigException {
    while (at < line.length()) {
      char c = line.charAt(at);
      switch (c) {
        case ' ', '\t', '\n' -> {
          endWord();
          at++;
        }
        case '\'' -> singleQuotes();
        case '"' -> doubleQuotes();
        case '\\' -> backslash();
        default -> {
          append(c);
          at++;
        }
      }
    }
    endWord();
    return List.copyOf(words);
  }

  private void append(char c) {
    word.append(c);
    inWord = true;
  }

  private void endWord() {
    if (inWord) {
      words.add(word.toString());
      word.setLength(0);
      inWord = false;
    }
  }

  private void singleQuotes() throws ConfigException {
    int end = line.indexOf('\'', at + 1);
    if (end < 0) {
      throw unbalanced("'");
    }
    word.append(line, at + 1, end);
    inWord = true; // '' is a word, an empty one
    at = end + 1;
  }

  private void doubleQuotes() throws ConfigException {
    int start = at++;
    inWord = true;
    while (at < line.length()) {
      char c = line.charAt(at++);
      if (c == '"') {
        return;
      }
      if (c == '\\' && at < line.length()) {
        char next = line.charAt(at);
        // between double quotes a backslash is one unless one of these follows (POSIX 2.2.3)
        if ("$`\"\\\n".indexOf(next) >= 0) {
          at++;
          if (next != '\n') {
            word.append(next);
          }
          continue;
        }
      }
      word.append(c);
    }
    at = start;
    throw unbalanced("\"");
  }

  private void backslash() throws ConfigException {
    if (at + 1 == line.length()) {
      throw new ConfigException("nothing follows the backslash at position " + (at + 1));
    }
    char next = line.charAt(at + 1);
    if (next != '\n') { // a backslash and a line's end join two lines (POSIX 2.2.1)
      append(next);
    }
    at += 2;
  }

  private ConfigException unbalanced(String quote) {
    return new ConfigException(
        "the quote " + quote + " at position " + (at + 1) + " is not closed");
  }
}
