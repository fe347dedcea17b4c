package dev.patchbay.backend.config;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import tools.jackson.core.JacksonException;

/**
 * What is wrong with a text that is not YAML: the place, the word there, and what was expected. The
 * parser tells where it gave up, which for a quote or a missing colon is lines below the word that
 * is to be mended; and it tells it in the terms of YAML's grammar.
 */
final class YamlFault {
  /** Longer words are cut. */
  private static final int MAX_WORD = 40;

  private final String file;
  private final String content;

  private YamlFault(String file, String content) {
    this.file = file;
    this.content = content;
  }

  /**
   * Translates a fault of the parser.
   *
   * @param file its name for messages
   * @param content its text
   */
  static ConfigException of(String file, String content, JacksonException fault) {
    YamlFault at = new YamlFault(file, content);
    if (fault.getCause() instanceof MarkedYamlEngineException marked) {
      return at.marked(marked);
    }
    if (fault.getCause() instanceof ReaderException reader) {
      int place = content.offsetByCodePoints(0, reader.getPosition());
      String code = String.format("U+%04X", reader.getCodePoint());
      return at.error(place, code + " is no character of a text; expected it to be left out");
    }
    String what = fault.getOriginalMessage();
    boolean key = what != null && what.startsWith("Expected a property name");
    int line = fault.getLocation() == null ? 1 : Math.max(1, fault.getLocation().getLineNr());
    int column = fault.getLocation() == null ? 0 : fault.getLocation().getColumnNr();
    return Source.file(file, line, column)
        .error(key ? "expected a word as the key" : "is not YAML: " + firstLine(what));
  }

  private ConfigException marked(MarkedYamlEngineException fault) {
    String problem = firstLine(fault.getProblem());
    String context = fault.getContext() == null ? "" : fault.getContext();
    int at = offset(fault.getProblemMark().orElse(null));
    int begin = offset(fault.getContextMark().orElse(null));
    if (at < content.length() && content.charAt(at) == '\t') {
      return error(at, "a tab cannot indent; expected spaces");
    }
    if (problem.contains("expected ':'")) {
      return error(begin, quoted(line(begin)) + ": expected KEY: VALUE, a space behind the colon");
    }
    if (problem.contains("unexpected end of stream")) {
      char quote = content.charAt(begin);
      return error(
          begin, quoted(line(begin)) + ": the quote is not closed; expected another " + quote);
    }
    if (problem.startsWith("mapping values")) {
      return error(
          at,
          quoted(line(lineBegin(at)))
              + ": no ':' can stand here; expected keys of one mapping in one column, and quotes"
              + " around a value with ': '");
    }
    if (problem.startsWith("found character")) {
      return error(at, quoted(word(at)) + ": expected quotes around what begins so");
    }
    if (context.contains("flow")) {
      return flow(at, context.contains("node") ? innermost(at) : begin);
    }
    if (context.contains("block") && problem.contains("<block end>")) {
      boolean mapping = context.contains("mapping");
      return error(
          at,
          quoted(word(at))
              + ": expected "
              + (mapping ? "KEY: VALUE of the mapping" : "'- ' of the list")
              + " that begins at "
              + where(begin)
              + ", in its column");
    }
    return error(at, quoted(word(at)) + ": is not YAML: " + (context + ": " + problem).strip());
  }

  /**
   * Something between brackets or braces.
   *
   * @param begin of the list or mapping within which it is
   */
  private ConfigException flow(int at, int begin) {
    boolean mapping = content.charAt(begin) == '{';
    String what = mapping ? "mapping" : "list";
    char end = mapping ? '}' : ']';
    int next = nextBeside(begin, at);
    if (next < 0 && !word(at).isEmpty()) {
      String expected = ": expected ',' or '" + end + "' of the " + what + " that begins at ";
      return error(at, quoted(word(at)) + expected + where(begin));
    }
    String before = next < 0 ? "the end of the file" : quoted(word(next)) + " at " + where(next);
    return error(
        begin,
        quoted(word(begin))
            + ": the "
            + what
            + " is not closed; expected '"
            + end
            + "' before "
            + before);
  }

  /**
   * The first line behind that of {@code begin}, at the latest that of {@code at}, which is not
   * indented more: nobody means it to be within. Where its text begins, or -1.
   */
  private int nextBeside(int begin, int at) {
    int least = textOfLine(begin) - lineBegin(begin);
    int line = content.indexOf('\n', begin) + 1;
    while (line > 0 && line <= at && line < content.length()) {
      int text = textOfLine(line);
      if (!line(text).isEmpty() && text - line <= least) {
        return text;
      }
      line = content.indexOf('\n', line) + 1;
    }
    return -1;
  }

  /** Where the text of a line begins: behind its blanks. */
  private int textOfLine(int at) {
    int text = lineBegin(at);
    while (text < content.length() && content.charAt(text) == ' ') {
      text++;
    }
    return text;
  }

  /** The last bracket or brace before a place that has no other end, as a person would see it. */
  private int innermost(int at) {
    int depth = 0;
    for (int i = Math.min(at, content.length()) - 1; i >= 0; i--) {
      char c = content.charAt(i);
      if (c == ']' || c == '}') {
        depth++;
      } else if ((c == '[' || c == '{') && --depth < 0) {
        return i;
      }
    }
    return 0;
  }

  private ConfigException error(int at, String message) {
    return Source.file(file, lineNumber(at), column(at)).error(message);
  }

  private int offset(@Nullable Mark mark) {
    return mark == null ? 0 : content.offsetByCodePoints(0, mark.getIndex());
  }

  private int lineNumber(int at) {
    return 1 + (int) content.substring(0, at).chars().filter(c -> c == '\n').count();
  }

  private int lineBegin(int at) {
    return content.lastIndexOf('\n', at - 1) + 1;
  }

  private int column(int at) {
    int begin = lineBegin(at);
    return 1 + content.codePointCount(begin, at);
  }

  private String where(int at) {
    return lineNumber(at) + ":" + column(at);
  }

  /** From a place to the end of its line. */
  private String line(int at) {
    int end = content.indexOf('\n', at);
    return content.substring(at, end < 0 ? content.length() : end).strip();
  }

  /** The word at a place; of what YAML itself is written with, that character. */
  private String word(int at) {
    String line = line(at);
    if (line.isEmpty()) {
      return "";
    }
    return "[]{},:".indexOf(line.charAt(0)) >= 0
        ? line.substring(0, 1)
        : line.split(":?(?:\\s|$)|[\\[\\]{},]", 2)[0];
  }

  private static String quoted(String word) {
    if (word.isEmpty()) {
      return "end of the file";
    }
    return "'" + (word.length() > MAX_WORD ? word.substring(0, MAX_WORD) + "…" : word) + "'";
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }
}
