package dev.patchbay.stack.admin;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses of the link layer in words, as iproute2 reads them in two ways. */
public final class LinkLayer {
  /** Octets of an Ethernet address. */
  public static final int LENGTH = 6;

  private static final Pattern SIX =
      Pattern.compile("([0-9a-fA-F]{1,2})" + ":([0-9a-fA-F]{1,2})".repeat(5) + ".*");

  /** Octets, at most. */
  private static final int MOST = 32;

  private LinkLayer() {}

  /** An Ethernet address as {@code sscanf} with six {@code %hhx} reads it; -1 where it is none. */
  public static long scanned(String word) {
    Matcher matcher = SIX.matcher(word);
    if (!matcher.matches()) {
      return -1;
    }
    long mac = 0;
    for (int i = 1; i <= LENGTH; i++) {
      mac = mac << 8 | Integer.parseInt(matcher.group(i), 16);
    }
    return mac;
  }

  /**
   * The octets of an address, as many as there are ({@code ll_addr_a2n}): numbers of base 16 with
   * colons, or four of an IPv4 address, which are told as 0.
   *
   * @throws RefusedException where one is none
   */
  public static byte[] octets(String word) throws RefusedException {
    if (word.indexOf('.') >= 0) {
      return new byte[4]; // no link here has addresses of that length, whichever it is
    }
    String[] parts = word.split(":", -1);
    byte[] octets = new byte[Math.min(parts.length, MOST)];
    for (int i = 0; i < octets.length; i++) {
      int octet = octet(parts[i]);
      if (octet < 0) {
        throw new RefusedException(
            RefusedException.FAILED, "\"" + parts[i] + "\" is invalid lladdr.");
      }
      octets[i] = (byte) octet;
    }
    return octets;
  }

  /** The Ethernet address that the first six are; -1 where they are fewer. */
  public static long ethernet(byte[] octets) {
    if (octets.length < LENGTH) {
      return -1;
    }
    long mac = 0;
    for (byte octet : Arrays.copyOf(octets, LENGTH)) {
      mac = mac << 8 | octet & 0xff;
    }
    return mac;
  }

  /** {@code sscanf("%x")}: what follows the number is passed over. */
  private static int octet(String part) {
    int end = 0;
    while (end < part.length() && end < 8 && Character.digit(part.charAt(end), 16) >= 0) {
      end++;
    }
    long value = end == 0 ? -1 : Long.parseLong(part.substring(0, end), 16);
    return value > 255 ? -1 : (int) value;
  }
}
