package dev.patchbay.stack.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The Internet checksum (RFC 1071) and its incremental update (RFC 1624).
 *
 * <p>A <em>sum</em> is an unfolded ones' complement sum of 16-bit words kept in the low 32 bits of
 * a long and may be added to another one by plain addition (a few thousand times before it must be
 * folded).
 */
public final class InternetChecksum {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  private InternetChecksum() {}

  /** Sum of {@code length} bytes; an odd last byte counts as the high half of a word. */
  public static long sum(byte[] b, int at, int length) {
    // the machine's own order, swapped once at the end: a sum does not mind (RFC 1071 section
    // 2(B)). 64-bit words go to a sum that may overflow, and their high halves to one that does
    // not below 2^32 words; what the first one holds beside the second one, shifted to its place,
    // is the sum of the low halves, whole, since that is below 2^64
    long words = 0;
    long high = 0;
    int i = at;
    int end = at + length;
    for (int stop = end - 31; i < stop; i += 32) {
      long w = (long) LONG.get(b, i);
      words += w;
      high += w >>> 32;
      w = (long) LONG.get(b, i + 8);
      words += w;
      high += w >>> 32;
      w = (long) LONG.get(b, i + 16);
      words += w;
      high += w >>> 32;
      w = (long) LONG.get(b, i + 24);
      words += w;
      high += w >>> 32;
    }
    for (int stop = end - 7; i < stop; i += 8) {
      long w = (long) LONG.get(b, i);
      words += w;
      high += w >>> 32;
    }
    long low = words - (high << 32);
    int folded = fold(half(high) + half(low));
    long sum = SWAP ? Short.reverseBytes((short) folded) & 0xffffL : folded;
    for (int stop = end - 1; i < stop; i += 2) {
      sum += Bytes.u16(b, i);
    }
    if (i < end) {
      sum += (long) Bytes.u8(b, i) << 8;
    }
    return sum;
  }

  private static long half(long words32) {
    return (words32 >>> 48)
        + (words32 >>> 32 & 0xffff)
        + (words32 >>> 16 & 0xffff)
        + (words32 & 0xffff);
  }

  /** Folds a sum into 16 bits. */
  public static int fold(long sum) {
    long s = sum;
    while (s >>> 16 != 0) {
      s = (s & 0xffff) + (s >>> 16);
    }
    return (int) s;
  }

  /** The checksum field's value for a sum: its complement. */
  public static int finish(long sum) {
    return ~fold(sum) & 0xffff;
  }

  /** As {@link #finish}, but never 0, which UDP reads as "none" (RFC 768). */
  public static int finishUdp(long sum) {
    int value = finish(sum);
    return value == 0 ? 0xffff : value;
  }

  /** Sum of the IPv4 pseudo header (RFC 793 section 3.1) of mapped addresses. */
  public static long pseudo4(long source, long destination, int protocol, int length) {
    return (source >>> 16 & 0xffff)
        + (source & 0xffff)
        + (destination >>> 16 & 0xffff)
        + (destination & 0xffff)
        + protocol
        + length;
  }

  /** Sum of the IPv6 pseudo header (RFC 8200 section 8.1). */
  public static long pseudo6(long srcHi, long srcLo, long dstHi, long dstLo, int next, int length) {
    return half64(srcHi)
        + half64(srcLo)
        + half64(dstHi)
        + half64(dstLo)
        + next
        + (length >>> 16)
        + (length & 0xffff);
  }

  /** Sum of the pseudo header of either family: IPv4 where both addresses are mapped ones. */
  public static long pseudo(
      long srcHi, long srcLo, long dstHi, long dstLo, int protocol, int length) {
    return Addresses.isV4(dstHi, dstLo)
        ? pseudo4(srcLo, dstLo, protocol, length)
        : pseudo6(srcHi, srcLo, dstHi, dstLo, protocol, length);
  }

  private static long half64(long w) {
    return (w >>> 48) + (w >>> 32 & 0xffff) + (w >>> 16 & 0xffff) + (w & 0xffff);
  }

  /** The checksum after a 16-bit word under it changed (RFC 1624 equation 3). */
  public static int update16(int checksum, int before, int after) {
    return finish((~checksum & 0xffff) + (~before & 0xffffL) + (after & 0xffffL));
  }

  /** The checksum after a 32-bit word under it changed. */
  public static int update32(int checksum, int before, int after) {
    return update16(
        update16(checksum, before >>> 16, after >>> 16), before & 0xffff, after & 0xffff);
  }
}
