package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Words of ipset as numbers and addresses ({@code parse.c}). */
final class Parsing {
  private static final BigInteger ALL = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  private Parsing() {}

  /**
   * A number of {@code strtoull} with base 0.
   *
   * @param most 64 bits without sign
   */
  static long number(String text, long most) throws IpsetException {
    BigInteger value = value(text);
    if (value == null) {
      throw IpsetException.syntax("'" + text + "' is invalid as number");
    }
    // what is negative wraps, as C has it
    BigInteger wrapped = value.signum() < 0 ? value.add(ALL).add(BigInteger.ONE) : value;
    if (wrapped.compareTo(ALL) > 0
        || Long.compareUnsigned(wrapped.longValue(), most) > 0
        || wrapped.signum() < 0) {
      throw outOfRange(text, 0, most);
    }
    return wrapped.longValue();
  }

  static IpsetException outOfRange(String text, long least, long most) {
    return IpsetException.syntax(
        "'%s' is out of range %d-%s".formatted(text, least, Long.toUnsignedString(most)));
  }

  private static @Nullable BigInteger value(String text) {
    boolean minus = text.startsWith("-");
    String digits = minus || text.startsWith("+") ? text.substring(1) : text;
    boolean hex = digits.startsWith("0x") || digits.startsWith("0X");
    boolean octal = !hex && digits.length() > 1 && digits.startsWith("0");
    String rest = hex ? digits.substring(2) : digits;
    int base = hex ? 16 : octal ? 8 : 10;
    if (rest.isEmpty() || rest.chars().anyMatch(c -> Character.digit(c, base) < 0)) {
      return null;
    }
    BigInteger value = new BigInteger(rest, base);
    return minus ? value.negate() : value;
  }

  /** A number of bits, from {@code least}. */
  static int prefix(String text, int least, int most) throws IpsetException {
    int bits = (int) number(text, 255);
    if (bits < least || bits > most) {
      throw outOfRange(text, least, most);
    }
    return bits;
  }

  /**
   * Where one of a word's two parts ends ({@code ipset_strchr}): a separator at the beginning or
   * the end is none.
   */
  static int separator(String text, char separator) {
    boolean none =
        text.isEmpty()
            || text.charAt(0) == separator
            || text.charAt(text.length() - 1) == separator;
    return none ? -1 : text.indexOf(separator);
  }

  /** Where a range's second part begins, less one; -1 for none. Names may stand in brackets. */
  static int range(String text) throws IpsetException {
    if (!text.startsWith("[")) {
      return separator(text, '-');
    }
    int end = text.indexOf(']');
    if (end < 0) {
      throw IpsetException.syntax("cannot find closing escape character ']' in " + text);
    }
    if (end == text.length() - 1) {
      return -1;
    }
    if (text.charAt(end + 1) != '-') {
      throw IpsetException.syntax(
          "range separator expected after '" + text.substring(0, end + 1) + "'");
    }
    return end + 1;
  }

  /** A word without its brackets. */
  static String plain(String text) throws IpsetException {
    if (!text.startsWith("[")) {
      return text;
    }
    if (!text.endsWith("]")) {
      throw IpsetException.syntax("cannot find closing escape character ']' in " + text);
    }
    return text.substring(1, text.length() - 1);
  }

  /** An address of a family. Names are not looked up: they are as names that nobody knows. */
  static IpAddress address(String text, boolean v4) throws IpsetException {
    String plain = plain(text);
    long bits = v4 ? quad(plain) : -1;
    if (bits >= 0) {
      return new IpAddress(0, Addresses.V4_PREFIX | bits);
    }
    IpAddress address = IpAddress.parseOrNull(plain);
    if (address == null || v4 == plain.contains(":")) {
      throw IpsetException.syntax(
          "cannot parse %s: resolving to %s address failed".formatted(plain, v4 ? "IPv4" : "IPv6"));
    }
    return address;
  }

  /** The bits of four decimal numbers between dots, -1 for anything else. */
  private static long quad(String text) {
    long bits = 0;
    int part = -1;
    int dots = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      if (digit && part != 0) { // a leading 0 is octal in C
        part = Math.max(0, part) * 10 + c - '0';
      } else if (c == '.' && part >= 0 && dots < 3) {
        bits = bits << 8 | part;
        part = -1;
        dots++;
      } else {
        return -1;
      }
      if (part > 255) {
        return -1;
      }
    }
    return dots == 3 && part >= 0 ? bits << 8 | part : -1;
  }

  /** The name of a set. */
  static String setName(String name) throws IpsetException {
    if (name.length() > 31) {
      throw IpsetException.syntax("setname '" + name + "' is longer than 31 characters");
    }
    return name;
  }
}
