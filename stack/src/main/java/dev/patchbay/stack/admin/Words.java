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
