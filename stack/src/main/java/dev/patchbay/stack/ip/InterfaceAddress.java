package dev.patchbay.stack.ip;

import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * An address of a device ({@code ifa} of {@code ip address}). A value: what changes of an address
 * takes the place of the old one.
 *
 * @param address the address
 * @param prefix length of the network's prefix, 0 to 32 or 128
 * @param peer the other end of the link, whose network is on the link in place of the address's
 *     own; null where there is none
 * @param broadcast directed broadcast address (IPv4), or null
 * @param scope reach of the address
 * @param flags the constants of this class ({@code IFA_F_*})
 * @param label name shown behind an IPv4 address
 * @param metric of the route of its network, 0 for the default ({@code IFA_RT_PRIORITY})
 * @param lifetime how long it is valid and preferred
 */
public record InterfaceAddress(
    IpAddress address,
    int prefix,
    @Nullable IpAddress peer,
    @Nullable IpAddress broadcast,
    Scope scope,
    int flags,
    String label,
    long metric,
    Lifetime lifetime) {
  /** It follows another one of its subnet (IPv4). */
  public static final int SECONDARY = 0x01;

  /** Without duplicate address detection (IPv6). */
  public static final int NODAD = 0x02;

  /** Somebody else has it (IPv6). */
  public static final int DADFAILED = 0x08;

  /** Its preferred lifetime is over: not chosen as the source of anything new. */
  public static final int DEPRECATED = 0x20;

  /** It is not known yet whether somebody else has it (IPv6). */
  public static final int TENTATIVE = 0x40;

  /** Valid without end; without this flag it is shown as {@code dynamic}. */
  public static final int PERMANENT = 0x80;

  /** Temporary addresses may be made beside it: one made of a prefix that a router told. */
  public static final int MNGTMPADDR = 0x100;

  /** No route of its network is made. */
  public static final int NOPREFIXROUTE = 0x200;

  /**
   * Made of a prefix that a router told, which makes the route of its network too; no flag of
   * Linux's, and not shown.
   */
  public static final int AUTOCONFIGURED = 0x1_0000;

  /** Given by a DHCP server; no flag of Linux's, and not shown. */
  public static final int LEASED = 0x2_0000;

  /** Reach of an address or a route ({@code /etc/iproute2/rt_scopes}). */
  public enum Scope {
    GLOBAL,
    SITE,
    LINK,
    HOST,
    NOWHERE
  }

  /**
   * How long an address is valid and preferred (RFC 4862 section 5.5.4).
   *
   * @param valid seconds, or {@link #FOREVER}
   * @param preferred seconds, or {@link #FOREVER}
   * @param since when they began, ns of the loop's clock
   */
  public record Lifetime(long valid, long preferred, long since) {
    /** A lifetime without end ({@code INFINITY_LIFE_TIME}). */
    public static final long FOREVER = 0xffff_ffffL;

    private static final long SECOND = 1_000_000_000L;

    /** Valid and preferred without end. */
    public static final Lifetime ENDLESS = new Lifetime(FOREVER, FOREVER, 0);

    private static long left(long lifetime, long since, long now) {
      return lifetime == FOREVER ? FOREVER : Math.max(0, lifetime - (now - since) / SECOND);
    }

    /** Seconds for which it is valid at {@code now}, ns of the loop's clock. */
    public long validLeft(long now) {
      return left(valid, since, now);
    }

    /** Seconds for which it is preferred at {@code now}, ns of the loop's clock. */
    public long preferredLeft(long now) {
      return left(preferred, since, now);
    }

    /** When it ends, ns of the loop's clock; {@link Long#MAX_VALUE} for never. */
    long end() {
      return valid == FOREVER ? Long.MAX_VALUE : since + valid * SECOND;
    }

    /** When it is deprecated, ns of the loop's clock; {@link Long#MAX_VALUE} for never. */
    long deprecation() {
      return preferred == FOREVER ? Long.MAX_VALUE : since + preferred * SECOND;
    }
  }

  /**
   * An address for good, without a peer.
   *
   * @param secondary whether it follows another one of its subnet (IPv4)
   * @param noDad without duplicate address detection (IPv6)
   */
  public InterfaceAddress(
      IpAddress address,
      int prefix,
      @Nullable IpAddress broadcast,
      Scope scope,
      boolean secondary,
      boolean noDad,
      String label) {
    this(
        address,
        prefix,
        null,
        broadcast,
        scope,
        PERMANENT | (secondary ? SECONDARY : 0) | (noDad ? NODAD : 0),
        label,
        0,
        Lifetime.ENDLESS);
  }

  /** Whether a flag is set. */
  public boolean is(int flag) {
    return (flags & flag) != 0;
  }

  /** Whether it follows another one of its subnet (IPv4). */
  public boolean secondary() {
    return is(SECONDARY);
  }

  /** Whether it came without duplicate address detection (IPv6). */
  public boolean noDad() {
    return is(NODAD);
  }

  /** The same with other flags. */
  public InterfaceAddress withFlags(int set, int cleared) {
    int changed = flags & ~cleared | set;
    return new InterfaceAddress(
        address, prefix, peer, broadcast, scope, changed, label, metric, lifetime);
  }

  /** The same, following another one of its subnet or not. */
  public InterfaceAddress asSecondary(boolean follows) {
    return withFlags(follows ? SECONDARY : 0, SECONDARY);
  }

  /** The same with another lifetime and what follows from it: for good, deprecated. */
  public InterfaceAddress withLifetime(Lifetime other) {
    int set =
        (other.valid() == Lifetime.FOREVER ? PERMANENT : 0)
            | (other.preferred() == 0 ? DEPRECATED : 0);
    int changed = flags & ~(PERMANENT | DEPRECATED) | set;
    return new InterfaceAddress(
        address, prefix, peer, broadcast, scope, changed, label, metric, other);
  }

  /** The same with another metric of its route. */
  public InterfaceAddress withMetric(long other) {
    return new InterfaceAddress(
        address, prefix, peer, broadcast, scope, flags, label, other, lifetime);
  }

  /** The same with another peer. */
  public InterfaceAddress withPeer(@Nullable IpAddress other) {
    return new InterfaceAddress(
        address, prefix, other, broadcast, scope, flags, label, metric, lifetime);
  }

  /** The address whose network is on the link: the peer's where there is one. */
  public IpAddress onLink() {
    return peer == null ? address : peer;
  }

  /** Whether {@code other} lies in the network on the link. */
  public boolean covers(IpAddress other) {
    return other.isV4() == address.isV4() && other.network(prefix).equals(onLink().network(prefix));
  }

  /** As {@link #covers(IpAddress)}, without an object. */
  public boolean covers(long hi, long lo) {
    boolean v4 = address.isV4();
    int bits = v4 ? prefix + 96 : prefix;
    IpAddress network = onLink();
    return Addresses.isV4(hi, lo) == v4
        && ((network.hi() ^ hi) & IpAddress.maskHi(bits)) == 0
        && ((network.lo() ^ lo) & IpAddress.maskLo(bits)) == 0;
  }

  /**
   * The last address of the subnet, which reaches all of it (RFC 919); null where there is none.
   */
  public @Nullable IpAddress lastOfNetwork() {
    boolean some = address.isV4() && prefix < 31;
    return some ? new IpAddress(0, onLink().lo() | 0xffff_ffffL >>> prefix) : null;
  }

  /** Whether packets to this address go to all of the subnet. */
  public boolean isBroadcast(long hi, long lo) {
    if (broadcast != null && broadcast.lo() == lo && broadcast.hi() == hi) {
      return true;
    }
    return address.isV4()
        && prefix < 31
        && hi == address.hi()
        && lo == (onLink().lo() | 0xffff_ffffL >>> prefix);
  }
}
