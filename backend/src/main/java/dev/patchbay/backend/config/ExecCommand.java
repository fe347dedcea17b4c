package dev.patchbay.backend.config;

import java.nio.file.Path;
import java.util.List;

/**
 * A command that runs at start, before any frame is accepted.
 *
 * @param source where it was written
 * @param text as written
 * @param argv its words, at least one
 * @param base the directory to which files that it names are relative
 */
public record ExecCommand(Source source, String text, List<String> argv, Path base) {
  /** Takes a copy of the words. */
  public ExecCommand {
    argv = List.copyOf(argv);
  }

  static ExecCommand parse(Source source, String text, Path base) throws ConfigException {
    List<String> argv;
    try {
      argv = ShellWords.split(text);
    } catch (ConfigException e) {
      throw new ConfigException(label(source, text) + ": " + e.getMessage());
    }
    if (argv.isEmpty()) {
      throw new ConfigException(label(source, text) + ": expected a command");
    }
    return new ExecCommand(source, text, argv, base);
  }

  private static String label(Source source, String text) {
    return source.numbered() + " '" + text + "'";
  }

  /**
   * What a message about it begins with: {@code --exec #N 'COMMAND'} or {@code FILE:LINE
   * 'COMMAND'}.
   */
  public String label() {
    return label(source, text);
  }
}
