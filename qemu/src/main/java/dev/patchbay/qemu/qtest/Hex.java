package dev.patchbay.qemu.qtest;

/** Numbers and bytes as qtest writes them. */
final class Hex {
  private Hex() {}

  /**
   * A number as C's {@code strtoull} with base 0 reads it: decimal, octal behind 0, hexadecimal
   * behind 0x.
   *
   * @throws NumberFormatException if it is none, or has more than 64 bits
   */
  static long number(String word) {
    if (word.startsWith("0x") || word.startsWith("0X")) {
      return Long.parseUnsignedLong(word, 2, word.length(), 16);
    }
    boolean octal = word.length() > 1 && word.charAt(0) == '0';
    return Long.parseUnsignedLong(word, octal ? 8 : 10);
  }

  /** Appends bytes, two digits each. */
  static void append(StringBuilder to, byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      to.append(Character.forDigit(bytes[i] >> 4 & 15, 16));
      to.append(Character.forDigit(bytes[i] & 15, 16));
    }
  }

  /**
   * Takes bytes out of {@code 0xHEX}.
   *
   * @throws NumberFormatException if there are not {@code length} bytes
   */
  static void parse(CharSequence word, byte[] to, int length) {
    if (word.length() != 2 + 2 * length || word.charAt(0) != '0' || word.charAt(1) != 'x') {
      throw new NumberFormatException("not " + length + " bytes in hexadecimal");
    }
    for (int i = 0; i < length; i++) {
      int high = Character.digit(word.charAt(2 + 2 * i), 16);
      int low = Character.digit(word.charAt(3 + 2 * i), 16);
      if (high < 0 || low < 0) {
        throw new NumberFormatException("not hexadecimal");
      }
      to[i] = (byte) (high << 4 | low);
    }
  }
}
