package dev.patchbay.stack.autoconf;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * A router advertisement (RFC 4861 section 4.2) whose options are known to end where it ends.
 *
 * @param hopLimit 0 where nothing is said
 * @param flags M, O, preference as they stand in the message
 * @param lifetime of the router in seconds
 * @param reachable ms, 0: nothing said
 * @param retrans ms, 0: nothing said
 * @param mtu of the link, 0: nothing said
 */
record RouterAdvertisement(
    int hopLimit,
    int flags,
    int lifetime,
    long reachable,
    long retrans,
    long mtu,
    List<Prefix> prefixes,
    List<Network> routes) {
  /** Prefixes and routes that are read of one message. */
  private static final int MOST = 32;

  private static final int FIXED = 16;
  private static final int PREFIX = 3;
  private static final int MTU = 5;
  private static final int ROUTE = 24;
  private static final int PREFERENCE = 0x18;
  private static final int RESERVED = 0x10;
  private static final int ON_LINK = 0x80;
  private static final int AUTONOMOUS = 0x40;

  /**
   * A prefix information.
   *
   * @param valid seconds, 0xffffffff for ever
   * @param preferred seconds
   */
  record Prefix(
      IpAddress address,
      int length,
      boolean onLink,
      boolean autonomous,
      long valid,
      long preferred) {}

  /**
   * A route information (RFC 4191 section 2.3).
   *
   * @param preference 1 high, 0 medium, -1 low
   * @param lifetime seconds, 0xffffffff for ever
   */
  record Network(IpAddress address, int length, int preference, long lifetime) {}

  /** Reads what lies from {@code at} to {@code end}, 16 bytes at least. */
  static RouterAdvertisement parse(byte[] b, int at, int end) {
    List<Prefix> prefixes = new ArrayList<>();
    List<Network> routes = new ArrayList<>();
    long mtu = 0;
    for (int o = at + FIXED; o + 8 <= end; ) {
      int length = Bytes.u8(b, o + 1) << 3;
      if (length == 0 || o + length > end) {
        break;
      }
      switch (Bytes.u8(b, o)) {
        case PREFIX -> {
          int flags = Bytes.u8(b, o + 3);
          int bits = length == 32 ? Bytes.u8(b, o + 2) : 255;
          if (bits <= 128 && prefixes.size() < MOST) {
            IpAddress address = new IpAddress(Bytes.i64(b, o + 16), Bytes.i64(b, o + 24));
            prefixes.add(
                new Prefix(
                    address.network(bits),
                    bits,
                    (flags & ON_LINK) != 0,
                    (flags & AUTONOMOUS) != 0,
                    Bytes.u32(b, o + 4),
                    Bytes.u32(b, o + 8)));
          }
        }
        case MTU -> mtu = length == 8 ? Bytes.u32(b, o + 4) : mtu;
        case ROUTE -> route(b, o, length, routes);
        default -> {
          // what nobody here knows is passed over (RFC 4861 section 4.6)
        }
      }
      o += length;
    }
    return new RouterAdvertisement(
        Bytes.u8(b, at + 4),
        Bytes.u8(b, at + 5),
        Bytes.u16(b, at + 6),
        Bytes.u32(b, at + 8),
        Bytes.u32(b, at + 12),
        mtu,
        prefixes,
        routes);
  }

  /** Its length says how many octets of the prefix are there. */
  private static void route(byte[] b, int o, int length, List<Network> to) {
    int bits = Bytes.u8(b, o + 2);
    int flags = Bytes.u8(b, o + 3);
    boolean fits = length <= 24 && bits <= 128 && (length - 8) * 8 >= bits;
    // RFC 4191 section 2.3: the reserved preference makes the option void
    if (fits && (flags & PREFERENCE) != RESERVED && to.size() < MOST) {
      long hi = length > 8 ? Bytes.i64(b, o + 8) : 0;
      long lo = length > 16 ? Bytes.i64(b, o + 16) : 0;
      IpAddress network = new IpAddress(hi, lo).network(bits);
      to.add(new Network(network, bits, preference(flags), Bytes.u32(b, o + 4)));
    }
  }

  /** The router's preference: 1 high, 0 medium, -1 low; the reserved one is medium. */
  int preference() {
    return preference(flags);
  }

  private static int preference(int flags) {
    return switch (flags & PREFERENCE) {
      case 0x08 -> 1;
      case 0x18 -> -1;
      default -> 0;
    };
  }
}
