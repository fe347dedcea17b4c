package dev.patchbay.stack.wire;

/**
 * Addresses as the packet path has them: two longs, IPv4 as {@code ::ffff:a.b.c.d}; Ethernet
 * addresses as 48 bits of a long.
 */
public final class Addresses {
  /** High bits of the low long of each mapped IPv4 address. */
  public static final long V4_PREFIX = 0x0000_ffff_0000_0000L;

  /** ff:ff:ff:ff:ff:ff. */
  public static final long MAC_BROADCAST = 0xffff_ffff_ffffL;

  private Addresses() {}

  /** The low long of the mapped form of an IPv4 address given as an int; the high long is 0. */
  public static long v4(int address) {
    return V4_PREFIX | address & 0xffffffffL;
  }

  public static boolean isV4(long hi, long lo) {
    return hi == 0 && lo >>> 32 == 0xffff;
  }

  public static boolean isAny(long hi, long lo) {
    return hi == 0 && (lo == 0 || lo == V4_PREFIX);
  }

  /** 224.0.0.0/4 or ff00::/8. */
  public static boolean isMulticast(long hi, long lo) {
    return isV4(hi, lo) ? (lo & 0xf000_0000L) == 0xe000_0000L : hi >>> 56 == 0xff;
  }

  /** 255.255.255.255. */
  public static boolean isLimitedBroadcast(long hi, long lo) {
    return hi == 0 && lo == (V4_PREFIX | 0xffffffffL);
  }

  /** 127.0.0.0/8 or ::1. */
  public static boolean isLoopback(long hi, long lo) {
    return isV4(hi, lo) ? (lo >>> 24 & 0xff) == 127 : hi == 0 && lo == 1;
  }

  /** 169.254.0.0/16 or fe80::/10. */
  public static boolean isLinkLocal(long hi, long lo) {
    return isV4(hi, lo) ? (lo >>> 16 & 0xffff) == 0xa9fe : hi >>> 54 == 0xfe80 >>> 6;
  }

  /** 240.0.0.0/4 without the limited broadcast: "reserved for future use". */
  public static boolean isClassE(long hi, long lo) {
    return isV4(hi, lo) && (lo >>> 28 & 0xf) == 0xf && !isLimitedBroadcast(hi, lo);
  }

  /** Whether the Ethernet address has the group bit: multicast or broadcast. */
  public static boolean isGroupMac(long mac) {
    return (mac >>> 40 & 1) != 0;
  }

  /** The Ethernet address of an IP multicast group (RFC 1112 section 6.4, RFC 2464 section 7). */
  public static long groupMac(long hi, long lo) {
    return isV4(hi, lo)
        ? 0x0100_5e00_0000L | lo & 0x7f_ffffL
        : 0x3333_0000_0000L | lo & 0xffff_ffffL;
  }

  /** Interface identifier of a MAC by modified EUI-64 (RFC 4291 appendix A). */
  public static long eui64(long mac) {
    return (mac >>> 24 ^ 0x02_0000L) << 40 | 0xff_fe00_0000L | mac & 0xff_ffffL;
  }

  /** {@code 52:54:00:12:34:56}. */
  public static String macToString(long mac) {
    StringBuilder out = new StringBuilder(17);
    for (int shift = 40; shift >= 0; shift -= 8) {
      int octet = (int) (mac >>> shift) & 0xff;
      if (shift < 40) {
        out.append(':');
      }
      out.append(Character.forDigit(octet >>> 4, 16)).append(Character.forDigit(octet & 15, 16));
    }
    return out.toString();
  }

  /**
   * Parses {@code 52:54:00:12:34:56} (also with {@code -}).
   *
   * @throws IllegalArgumentException where it is none
   */
  public static long parseMac(String text) {
    String[] octets = text.split("[:-]", -1);
    long mac = 0;
    boolean good = octets.length == 6;
    for (int i = 0; good && i < 6; i++) {
      good = octets[i].matches("[0-9a-fA-F]{1,2}");
      mac = mac << 8 | (good ? Integer.parseInt(octets[i], 16) : 0);
    }
    if (!good) {
      throw new IllegalArgumentException("'" + text + "' is not an Ethernet address");
    }
    return mac;
  }

  /** Canonical text of an address (IPv4 dotted, IPv6 by RFC 5952). */
  public static String toString(long hi, long lo) {
    StringBuilder out = new StringBuilder(40);
    if (isV4(hi, lo)) {
      for (int shift = 24; shift >= 0; shift -= 8) {
        out.append(lo >>> shift & 0xff);
        if (shift > 0) {
          out.append('.');
        }
      }
      return out.toString();
    }
    int bestAt = -1;
    int bestLength = 1;
    for (int i = 0; i < 8; i++) {
      int run = 0;
      while (i + run < 8 && group(hi, lo, i + run) == 0) {
        run++;
      }
      if (run > bestLength) {
        bestAt = i;
        bestLength = run;
      }
      i += run;
    }
    for (int i = 0; i < 8; i++) {
      if (i == bestAt) {
        out.append("::");
        i += bestLength - 1;
        continue;
      }
      if (i > 0 && out.charAt(out.length() - 1) != ':') {
        out.append(':');
      }
      out.append(Integer.toHexString(group(hi, lo, i)));
    }
    return out.toString();
  }

  private static int group(long hi, long lo, int index) {
    return (int) ((index < 4 ? hi : lo) >>> 48 - (index & 3) * 16) & 0xffff;
  }
}
