package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import java.util.List;

/** The words of a {@code tc} command, read one by one, and what was said of them meanwhile. */
final class TcArgs {
  private final List<String> words;
  private final StringBuilder said;
  private int at;

  /**
   * @param said takes what goes to standard error while the command goes on
   */
  TcArgs(List<String> words, StringBuilder said) {
    this.words = words;
    this.said = said;
  }

  boolean hasWord() {
    return at < words.size();
  }

  /** The word that is read. */
  String word() {
    return words.get(at);
  }

  /** Number of words from the one that is read on. */
  int left() {
    return words.size() - at;
  }

  void advance() {
    at++;
  }

  /** The argument of the word that is read, which is read then ({@code NEXT_ARG}). */
  String argument() throws RefusedException {
    at++;
    if (at >= words.size()) {
      throw RefusedException.incomplete();
    }
    return words.get(at);
  }

  boolean hasNext() {
    return at + 1 < words.size();
  }

  /** Whether the word behind begins with a digit. */
  boolean nextIsNumber() {
    return hasNext() && startsWithDigit(words.get(at + 1));
  }

  /** Whether the word behind begins with a digit or a minus. */
  boolean nextIsSigned() {
    return nextIsNumber() || hasNext() && words.get(at + 1).startsWith("-");
  }

  /** Whether the word behind is {@code full} or an abbreviation of it. */
  boolean nextMatches(String full) {
    return hasNext() && IpOptions.matches(words.get(at + 1), full);
  }

  static boolean startsWithDigit(String word) {
    return !word.isEmpty() && word.charAt(0) >= '0' && word.charAt(0) <= '9';
  }

  /** Says something and goes on. */
  void say(String lines) {
    said.append(lines).append('\n');
  }

  /** Wrong syntax, which {@code tc} leaves with status 1 where a qdisc's options have it. */
  static RefusedException wrong(String message) {
    return new RefusedException(RefusedException.FAILED, message);
  }

  /** Whether a command lists: {@code list}, {@code show} or {@code lst}. */
  static boolean lists(String command) {
    return IpOptions.matches(command, "list")
        || IpOptions.matches(command, "show")
        || IpOptions.matches(command, "lst");
  }

  /** A second word that names a place. */
  static RefusedException duplicateParent(String what) {
    return new RefusedException(
        RefusedException.SYNTAX, "Error: \"" + what + "\" is duplicate parent ID");
  }

  /** A command that an object does not have. */
  static RefusedException unknown(String command, String object) {
    return new RefusedException(
        RefusedException.SYNTAX,
        "Command \"" + command + "\" is unknown, try \"tc " + object + " help\".");
  }

  /** What tc has and this has not. */
  static RefusedException notHere(String what) {
    return new RefusedException(
        RefusedException.UNSUPPORTED, "Error: '" + what + "' is not supported here.");
  }

  /** An argument that does not fit ({@code invarg}). */
  static RefusedException invalid(String message, String word) {
    return RefusedException.wrong(word, message);
  }

  /** A word given twice ({@code duparg}). */
  static RefusedException twice(String key, String word) {
    return RefusedException.duplicate(key, word);
  }
}
