package dev.patchbay.backend.config;

/**
 * Where a setting was written: an option of the command line, or a line of the configuration file.
 *
 * @param option the option with its dashes ({@code --listen}); empty for a line of a file
 * @param number the how-manieth option of that name it is, from 1; 0 for a line of a file
 * @param text the value as written; empty where there is none
 * @param file the file as the user named it; empty for an option
 * @param line the line in the file, from 1; 0 for an option
 * @param column the column of that line, from 1; 0 where none is known
 */
public record Source(String option, int number, String text, String file, int line, int column) {
  /** What nobody wrote: a default of ours. */
  public static final Source DEFAULT = new Source("", 0, "", "", 0, 0);

  /**
   * A setting of the command line.
   *
   * @param option with its dashes, e.g. {@code --listen}
   * @param number the how-manieth of that name, from 1
   * @param text the value
   */
  public static Source option(String option, int number, String text) {
    return new Source(option, number, text, "", 0, 0);
  }

  /**
   * A setting of the configuration file.
   *
   * @param file as the user named it
   * @param line from 1
   * @param column from 1, or 0 for the line as a whole
   */
  public static Source file(String file, int line, int column) {
    return new Source("", 0, "", file, line, column);
  }

  /** The same place with the value as written there. */
  Source withText(String written) {
    return new Source(option, number, written, file, line, column);
  }

  /** Whether it stands in a configuration file. */
  public boolean isFile() {
    return !file.isEmpty();
  }

  /** The place as messages begin: {@code --listen 'unix:/a'} or {@code FILE:LINE:COLUMN}. */
  public String where() {
    if (isFile()) {
      return file + ":" + line + (column > 0 ? ":" + column : "");
    }
    if (option.isEmpty()) {
      return "default";
    }
    return text.isEmpty() ? option : option + " '" + text + "'";
  }

  /**
   * The place with its number, as {@code --exec #2} or {@code FILE:LINE:COLUMN}: for settings that
   * are spoken of one by one.
   */
  public String numbered() {
    return isFile() || option.isEmpty() ? where() : option + " #" + number;
  }

  /**
   * A fault at this place.
   *
   * @param message what is wrong and what was expected
   */
  public ConfigException error(String message) {
    return new ConfigException(where() + ": " + message);
  }

  /**
   * A fault of a value at this place.
   *
   * @param key the key or option whose value it is
   * @param value the value as written
   * @param message what was expected
   */
  public ConfigException error(String key, String value, String message) {
    boolean named = option.equals("--" + key) && text.equals(value);
    return error(named ? message : key + " '" + value + "': " + message);
  }

  @Override
  public String toString() {
    return numbered();
  }
}
