package dev.patchbay.stack.admin.iptables.extension;

/** Numbers as iptables reads and prints them. */
public final class Values {
  private Values() {}

  /**
   * A number of {@code strtoul} with base 0: decimal, hexadecimal with 0x, octal with 0; -1 where
   * it is none or longer than 32 bits.
   */
  public static long number(String text) {
    try {
      boolean hex = text.startsWith("0x") || text.startsWith("0X");
      boolean octal = !hex && text.length() > 1 && text.startsWith("0");
      String digits = hex ? text.substring(2) : text;
      if (digits.isEmpty() || !Character.isLetterOrDigit(digits.charAt(0))) {
        return -1;
      }
      long value = Long.parseLong(digits, hex ? 16 : octal ? 8 : 10);
      return value <= 0xffff_ffffL ? value : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** {@code 0x} and the digits that are needed. */
  public static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  /** {@code 0x} and at least two digits. */
  public static String hex2(long value) {
    return "0x%02x".formatted(value);
  }

  /**
   * {@code VALUE/MASK}, the mask only where it is not all ones ({@code xtables_print_mark_mask}).
   */
  public static String marked(long value, long mask) {
    return mask == 0xffff_ffffL ? hex(value) : hex(value) + "/" + hex(mask);
  }
}
