package dev.patchbay.stack.netfilter.log;

/** A line that is being written; what does not fit is cut ({@code nf_log_buf}). */
final class LineBuffer {
  /** Bytes of a line at most. */
  static final int SIZE = 1024;

  private static final String LOWER = "0123456789abcdef";
  private static final String UPPER = "0123456789ABCDEF";

  final byte[] data = new byte[SIZE];
  int length;

  LineBuffer clear() {
    length = 0;
    return this;
  }

  private void put(int octet) {
    if (length < SIZE) {
      data[length++] = (byte) octet;
    }
  }

  /** Characters, each of which is ASCII. */
  LineBuffer text(String text) {
    for (int i = 0; i < text.length(); i++) {
      put(text.charAt(i));
    }
    return this;
  }

  LineBuffer bytes(byte[] text) {
    for (byte octet : text) {
      put(octet);
    }
    return this;
  }

  /** A number in decimal, 0 to 2^32 - 1. */
  LineBuffer number(long value) {
    long unit = 1;
    while (value / unit > 9) {
      unit *= 10;
    }
    for (; unit > 0; unit /= 10) {
      put('0' + (int) (value / unit % 10));
    }
    return this;
  }

  /** {@code NAME=}, a number and a space. */
  LineBuffer field(String name, long value) {
    return text(name).number(value).text(" ");
  }

  /** So many digits of a number in hexadecimal. */
  LineBuffer hex(long value, int digits) {
    return digits(value, digits, LOWER);
  }

  /** The same with capital letters. */
  LineBuffer upperHex(long value, int digits) {
    return digits(value, digits, UPPER);
  }

  private LineBuffer digits(long value, int digits, String alphabet) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      put(alphabet.charAt((int) (value >>> shift & 15)));
    }
    return this;
  }

  /** The digits that a number needs. */
  LineBuffer shortHex(long value) {
    int digits = 1;
    while (digits < 8 && value >>> 4 * digits != 0) {
      digits++;
    }
    return hex(value, digits);
  }
}
