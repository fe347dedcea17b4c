package dev.patchbay.stack.admin;

/** Numbers in words, as {@code get_unsigned} of iproute2 reads them. */
public final class Numbers {
  private Numbers() {}

  /**
   * An unsigned number: decimal, {@code 0x…} or octal after a 0.
   *
   * @return it, or -1 where the word is none or above {@code max}
   */
  public static long unsigned(String word, long max) {
    if (word.isEmpty() || !Character.isDigit(word.charAt(0)) || word.length() > 20) {
      return -1;
    }
    try {
      long value = Long.decode(word);
      return value > max ? -1 : value;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
