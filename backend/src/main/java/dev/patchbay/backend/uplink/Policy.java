package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.stack.wire.Addresses;
import java.util.BitSet;

/** Where a destination leads on the host, and whether a guest may go there. */
final class Policy {
  /** What becomes of a flow. */
  enum Verdict {
    /** It goes to the address given. */
    PASS,
    /** A destination that no guest may reach, or any with {@code --restrict}: HOST_DENIED. */
    DENIED,
    /** A port of ours that nobody serves and that does not lead to the host's loopback. */
    CLOSED,
    /** The appliance's own control side: HOST_SELF. */
    SELF
  }

  private static final long METADATA6_HI = 0xfd00_0ec2_0000_0000L;
  private static final long METADATA6_LO = 0x254;

  private final UplinkOptions options;
  private final Inside inside;
  private final BitSet loopback;

  Policy(UplinkOptions options, Inside inside) {
    this.options = options;
    this.inside = inside;
    loopback = options.hostLoopback.bits();
  }

  /**
   * Decides about a TCP or UDP flow.
   *
   * @param host receives the address on the host's side, where the verdict is PASS
   */
  Verdict decide(boolean tcp, long hi, long lo, int port, SockAddr host) {
    if (inside.isLocal(hi, lo)) {
      if (options.restrict || !loopback.get(port)) {
        return Verdict.CLOSED;
      }
      if (Addresses.isV4(hi, lo)) {
        host.setInet4(0x7f00_0001, port);
      } else {
        host.setInet6(0, 1, 0, port);
      }
    } else if (options.restrict || isRefused(hi, lo)) {
      return Verdict.DENIED;
    } else {
      host.setInet(hi, lo, 0, port);
    }
    return options.selfPorts.isOurs(tcp, host.hi(), host.lo(), port) ? Verdict.SELF : Verdict.PASS;
  }

  /**
   * Whether an echo request may go there; never to the host's loopback, since our own addresses
   * answer themselves.
   */
  boolean mayPing(long hi, long lo) {
    return !options.restrict && !isRefused(hi, lo);
  }

  private boolean isRefused(long hi, long lo) {
    if (Addresses.isLoopback(hi, lo)
        || Addresses.isMulticast(hi, lo)
        || Addresses.isLimitedBroadcast(hi, lo)
        || Addresses.isClassE(hi, lo)
        || hi == 0 && !Addresses.isV4(hi, lo)
        || Addresses.isV4(hi, lo) && (lo >>> 24 & 0xff) == 0) {
      // ::/64 holds the unspecified, loopback, mapped and compatible addresses (RFC 4291 section
      // 2.5), none of which is
      // to be seen on a wire (RFC 6890)
      return true;
    }
    boolean linkLocal = Addresses.isLinkLocal(hi, lo) || hi == METADATA6_HI && lo == METADATA6_LO;
    return linkLocal && !options.allowLinkLocal;
  }
}
