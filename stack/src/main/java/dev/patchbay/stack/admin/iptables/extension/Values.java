package dev.patchbay.stack.admin.iptables.extension;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/** Numbers and addresses as iptables reads and prints them. */
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

  /**
   * An address that an option takes ({@code XTTYPE_HOST}); of IPv4 also in one to three numbers
   * ({@code inet_aton}). Names are looked up nowhere.
   */
  public static IpAddress host(String text, boolean v4) throws IptablesException {
    IpAddress address = v4 ? numbers(text) : null;
    address = address != null ? address : IpAddress.parseOrNull(text);
    if (address == null) {
      throw IptablesException.parameter("getaddrinfo: Name or service not known\n");
    }
    if (address.isV4() != v4) {
      throw IptablesException.parameter("getaddrinfo: Address family for hostname not supported\n");
    }
    return address;
  }

  /** One to four numbers with dots between them, of which the last one fills what is left. */
  private static @Nullable IpAddress numbers(String text) {
    String[] parts = text.split("\\.", -1);
    long address = 0;
    for (int i = 0; i < parts.length; i++) {
      long part = number(parts[i]);
      boolean last = i == parts.length - 1;
      long most = last ? 0xffff_ffffL >>> 8 * i : 0xff;
      if (i > 3 || part < 0 || part > most) {
        return null;
      }
      address |= last ? part : part << 24 - 8 * i;
    }
    return new IpAddress(0, Addresses.V4_PREFIX | address);
  }

  /** Whether a name may be that of a file of the kernel's ({@code xt_check_proc_name}). */
  public static boolean isFileName(String name) {
    return !name.isEmpty() && !name.equals(".") && !name.equals("..") && name.indexOf('/') < 0;
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

  /** What {@code mark = (mark & ~mask) ^ value} does, in the word that says it shortest. */
  public static String change(long value, long mask) {
    long all = 0xffff_ffffL;
    if (value == 0) {
      return "and " + hex(~mask & all);
    }
    if (value == mask) {
      return "or " + hex(value);
    }
    if (mask == 0) {
      return "xor " + hex(value);
    }
    return mask == all ? "set " + hex(value) : "xset " + hex(value) + "/" + hex(mask);
  }
}
