package dev.patchbay.stack.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words of a command one after the other ({@code NEXT_ARG}). */
public final class Words {
  private final List<String> words;
  private int at;

  public Words(List<String> words) {
    this.words = words;
  }

  /** Reads one word, and those behind it that are its arguments. */
  @FunctionalInterface
  public interface Reader {
    /**
     * Reads one.
     *
     * @param rest the words behind it
     */
    void word(String word, Words rest) throws RefusedException;
  }

  /** Gives all words to {@code reader}, each that was no argument of one before. */
  public static void each(List<String> words, Reader reader) throws RefusedException {
    Words rest = new Words(words);
    while (rest.hasNext()) {
      reader.word(rest.next(), rest);
    }
  }

  /**
   * What a word means.
   *
   * @param meaning null where it means nothing
   * @param what is said of it then ({@code invarg})
   */
  public static <T> T known(@Nullable T meaning, String word, String what) throws RefusedException {
    if (meaning == null) {
      throw RefusedException.wrong(word, what);
    }
    return meaning;
  }

  /**
   * The number that a word means.
   *
   * @param meaning below 0 where it means nothing
   * @param what is said of it then ({@code invarg})
   */
  public static long known(long meaning, String word, String what) throws RefusedException {
    if (meaning < 0) {
      throw RefusedException.wrong(word, what);
    }
    return meaning;
  }

  public boolean hasNext() {
    return at < words.size();
  }

  /** The next word, or null at the end; it stays the next one. */
  public @Nullable String peek() {
    return hasNext() ? words.get(at) : null;
  }

  /**
   * The next word.
   *
   * @throws RefusedException where there is none
   */
  public String next() throws RefusedException {
    if (!hasNext()) {
      throw RefusedException.incomplete();
    }
    return words.get(at++);
  }

  /** Takes the next word where it is this one. */
  public boolean take(String word) {
    boolean is = word.equals(peek());
    at += is ? 1 : 0;
    return is;
  }
}
