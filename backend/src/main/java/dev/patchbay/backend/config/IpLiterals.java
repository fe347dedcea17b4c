package dev.patchbay.backend.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** IP addresses written as numbers. Names are never resolved. */
public final class IpLiterals {
  private static final Pattern DOTTED =
      Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.|$)){4}");
  private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");

  private IpLiterals() {}

  /**
   * Reads an IPv4 address of four decimal numbers without leading zeros (RFC 6943 section 3.1.1:
   * the older forms of inet_aton mean different things to different programs).
   */
  public static Optional<Inet4Address> parse4(String text) {
    if (text.endsWith(".") || !DOTTED.matcher(text).matches()) {
      return Optional.empty();
    }
    return Optional.of(Inet4Address.ofLiteral(text));
  }

  /** Reads an IPv6 address (RFC 4291 section 2.2) without brackets and without a zone. */
  public static Optional<Inet6Address> parse6(String text) {
    if (!text.contains(":") || text.contains("%") || text.contains("[")) {
      return Optional.empty();
    }
    try {
      return Inet6Address.ofLiteral(text) instanceof Inet6Address v6
          ? Optional.of(v6)
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Reads an address of either family, without brackets. */
  public static Optional<InetAddress> parse(String text) {
    Optional<Inet4Address> v4 = parse4(text);
    return v4.isPresent() ? Optional.of(v4.get()) : parse6(text).map(v6 -> v6);
  }

  /** Whether the text can only be meant as an IPv4 address, right or wrong. */
  static boolean looksLikeIpv4(String text) {
    return text.contains(".") && DIGITS_AND_DOTS.matcher(text).matches();
  }

  /**
   * The text of an address: dotted decimal, or RFC 5952's canonical form of IPv6 (lower case, the
   * longest run of zero groups, the first of equals, as {@code ::}).
   */
  public static String format(InetAddress address) {
    byte[] b = address.getAddress();
    if (b.length == 4) {
      return address.getHostAddress();
    }
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = (b[2 * i] & 0xff) << 8 | (b[2 * i + 1] & 0xff);
    }
    int start = -1;
    int length = 1;
    for (int i = 0; i < 8; i++) {
      int run = 0;
      while (i + run < 8 && groups[i + run] == 0) {
        run++;
      }
      if (run > length) {
        start = i;
        length = run;
      }
    }
    StringBuilder out = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      if (i == start) {
        out.append("::");
        i += length - 1;
      } else {
        if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
          out.append(':');
        }
        out.append(Integer.toHexString(groups[i]));
      }
    }
    return out.toString();
  }

  /** As {@link #format}, IPv6 in brackets, so that a port can follow. */
  public static String formatHost(InetAddress address) {
    return address instanceof Inet6Address ? "[" + format(address) + "]" : format(address);
  }
}
