package dev.patchbay.stack.nat;

/**
 * Into what a connection may be translated ({@code struct nf_nat_range2}).
 *
 * @param mapsAddress whether the address is translated, into one of minHi:minLo to maxHi:maxLo
 * @param mapsPort whether the port is, into one of minPort to maxPort
 * @param basePort the port that minPort stands for with {@link #OFFSET}
 * @param flags of the constants
 */
public record NatRange(
    boolean mapsAddress,
    long minHi,
    long minLo,
    long maxHi,
    long maxLo,
    boolean mapsPort,
    int minPort,
    int maxPort,
    int basePort,
    int flags) {
  /** {@code --random}: the port is drawn even where the old one is free. */
  public static final int RANDOM = 1;

  /** {@code --random-fully}. */
  public static final int RANDOM_FULLY = 2;

  /** {@code --persistent}: the address depends on the source alone. */
  public static final int PERSISTENT = 4;

  /** The port is as far from minPort as the old one is from basePort. */
  public static final int OFFSET = 8;

  /** One address, whatever port. */
  public static NatRange address(long hi, long lo) {
    return new NatRange(true, hi, lo, hi, lo, false, 0, 0, 0, 0);
  }

  /** One address and one port. */
  public static NatRange endpoint(long hi, long lo, int port) {
    return new NatRange(true, hi, lo, hi, lo, true, port, port, 0, 0);
  }

  /** The same with one address. */
  public NatRange at(long hi, long lo) {
    return new NatRange(true, hi, lo, hi, lo, mapsPort, minPort, maxPort, basePort, flags);
  }

  /** Whether the port is to be drawn. */
  boolean isRandom() {
    return (flags & (RANDOM | RANDOM_FULLY)) != 0;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Whether an address is within. */
  boolean holds(long hi, long lo) {
    return compare(hi, lo, minHi, minLo) >= 0 && compare(hi, lo, maxHi, maxLo) <= 0;
  }

  /** Whether it is one address. */
  boolean isOneAddress() {
    return minHi == maxHi && minLo == maxLo;
  }

  private static int compare(long hi, long lo, long otherHi, long otherLo) {
    int high = Long.compareUnsigned(hi, otherHi);
    return high != 0 ? high : Long.compareUnsigned(lo, otherLo);
  }
}
