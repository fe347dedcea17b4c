package dev.patchbay.stack.ip;

import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * An address of either family as a value, for administration and API.
 *
 * @param hi first 64 bits; 0 for IPv4
 * @param lo last 64 bits; {@code ::ffff:a.b.c.d} for IPv4
 */
public record IpAddress(long hi, long lo) implements Comparable<IpAddress> {
  /** 0.0.0.0. */
  public static final IpAddress ANY4 = new IpAddress(0, Addresses.V4_PREFIX);

  /** ::. */
  public static final IpAddress ANY6 = new IpAddress(0, 0);

  /**
   * Parses a literal; names are never resolved.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static IpAddress parse(String text) {
    boolean literal = text.indexOf(':') >= 0 || text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    if (literal && text.matches("[0-9a-fA-F:.]+")) {
      try {
        return of(InetAddress.getByName(text));
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException("'" + text + "' is not an IP address", e);
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not an IP address");
  }

  /** As {@link #parse}, null where the text is no literal. */
  public static @Nullable IpAddress parseOrNull(String text) {
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The same address. */
  public static IpAddress of(InetAddress address) {
    byte[] b = address.getAddress();
    return b.length == 4
        ? new IpAddress(0, Addresses.v4(Bytes.i32(b, 0)))
        : new IpAddress(Bytes.i64(b, 0), Bytes.i64(b, 8));
  }

  public boolean isV4() {
    return Addresses.isV4(hi, lo);
  }

  /** Bits of an address of this family: 32 or 128. */
  public int bits() {
    return isV4() ? 32 : 128;
  }

  /** The network of {@code prefix} bits (counted within the family) that it lies in. */
  public IpAddress network(int prefix) {
    int bits = isV4() ? prefix + 96 : prefix;
    return new IpAddress(hi & maskHi(bits), lo & maskLo(bits));
  }

  /** High half of a mask of {@code bits} (0 to 128). */
  public static long maskHi(int bits) {
    return bits >= 64 ? -1 : bits <= 0 ? 0 : -1L << 64 - bits;
  }

  /** Low half of a mask of {@code bits} (0 to 128). */
  public static long maskLo(int bits) {
    return bits <= 64 ? 0 : bits >= 128 ? -1 : -1L << 128 - bits;
  }

  @Override
  public int compareTo(IpAddress other) {
    int high = Long.compareUnsigned(hi, other.hi);
    return high != 0 ? high : Long.compareUnsigned(lo, other.lo);
  }

  @Override
  public String toString() {
    return Addresses.toString(hi, lo);
  }
}
