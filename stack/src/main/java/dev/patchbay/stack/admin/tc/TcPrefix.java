package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.ip.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * An address and how many of its bits count.
 *
 * @param bits 0 to 32 or 128
 */
record TcPrefix(IpAddress address, int bits) {
  /**
   * Reads ADDRESS[/BITS|/MASK] ({@code get_prefix_1}).
   *
   * @return null where it is none of that family
   */
  static @Nullable TcPrefix parse(String word, boolean v4) {
    int slash = word.indexOf('/');
    IpAddress address;
    try {
      address = IpAddress.parse(slash < 0 ? word : word.substring(0, slash));
    } catch (IllegalArgumentException e) {
      return null;
    }
    if (address.isV4() != v4) {
      return null;
    }
    int most = v4 ? 32 : 128;
    int bits = slash < 0 ? most : bits(word.substring(slash + 1), v4);
    return bits < 0 || bits > most ? null : new TcPrefix(address, bits);
  }

  /** Also of an IPv4 mask whose bits are all in front ({@code get_netmask}). */
  private static int bits(String word, boolean v4) {
    int plain = (int) TcUnits.unsigned(word, 0, 128);
    if (plain >= 0 || !v4) {
      return plain;
    }
    try {
      IpAddress mask = IpAddress.parse(word);
      int value = (int) mask.lo();
      int bits = Integer.bitCount(value);
      return mask.isV4() && value == (bits == 0 ? 0 : -1 << 32 - bits) ? bits : -1;
    } catch (IllegalArgumentException e) {
      return -1;
    }
  }

  /** The bits that count, of the upper half; 0 for IPv4. */
  long maskHi() {
    return address.isV4() ? 0 : ones(Math.min(bits, 64));
  }

  /** The bits that count, of the lower half; of IPv4 in the lower 32. */
  long maskLo() {
    return address.isV4() ? ones(bits) >>> 32 & 0xffff_ffffL : ones(Math.max(0, bits - 64));
  }

  private static long ones(int count) {
    return count == 0 ? 0 : -1L << 64 - count;
  }
}
