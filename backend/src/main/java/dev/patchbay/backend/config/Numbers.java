package dev.patchbay.backend.config;

/** Decimal numbers as options and files have them: digits only. */
final class Numbers {
  private Numbers() {}

  /**
   * Reads a decimal number.
   *
   * @return -1 if it is none, or lies outside of {@code least} (at least 0) to {@code most}
   */
  static int parse(String text, int least, int most) {
    return (int) parseLong(text, least, most);
  }

  /** As {@link #parse}, for numbers up to 2^63 - 1. */
  static long parseLong(String text, long least, long most) {
    if (text.isEmpty() || text.length() > 19) {
      return -1;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return -1;
      }
    }
    try {
      long value = Long.parseLong(text);
      return value >= least && value <= most ? value : -1;
    } catch (NumberFormatException e) {
      return -1; // 19 digits above 2^63 - 1
    }
  }
}
