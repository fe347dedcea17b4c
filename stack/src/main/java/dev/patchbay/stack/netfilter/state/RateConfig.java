package dev.patchbay.stack.netfilter.state;

/**
 * How a table of hashlimit counts ({@code struct hashlimit_cfg3}).
 *
 * @param mode which parts of a packet have a rate of their own, and what is counted: the bits below
 * @param average µs from one packet to the next; of bytes 2^32 - 1 divided by one more than the
 *     rate in 16 bytes a second
 * @param burst packets; of bytes how often a second's worth may be spent besides
 * @param max entries at most
 * @param gcInterval ms between looks for entries to forget, 1 at least
 * @param expire ms after which an entry that is not used is forgotten, 1 at least
 * @param sourceMaskHi the bits of a source that count, those of IPv4 in its mapped form
 * @param interval s over which a rate is measured where it is only compared
 */
public record RateConfig(
    int mode,
    long average,
    long burst,
    int max,
    long gcInterval,
    long expire,
    long sourceMaskHi,
    long sourceMaskLo,
    long destinationMaskHi,
    long destinationMaskLo,
    long interval) {
  /** Parts of a packet. */
  public static final int SOURCE = 1;

  public static final int DESTINATION = 2;
  public static final int SOURCE_PORT = 4;
  public static final int DESTINATION_PORT = 8;

  /** Bytes are counted, else packets. */
  public static final int BYTES = 16;

  /** The rate is compared and nothing held back. */
  public static final int COMPARES = 32;

  /** Bytes a second for an {@link #average} of bytes ({@code user2rate_bytes}). */
  public static long bytesOf(long average) {
    long parts = average == 0 ? 0xffff_ffffL : 0xffff_ffffL / average;
    return parts - 1 << 4;
  }

  boolean has(int bit) {
    return (mode & bit) != 0;
  }

  /** Whether ports are among the parts. */
  public boolean wantsPorts() {
    return has(SOURCE_PORT | DESTINATION_PORT);
  }
}
