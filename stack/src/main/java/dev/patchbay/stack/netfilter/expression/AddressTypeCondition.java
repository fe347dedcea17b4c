package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.FlowKey;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Source or destination is of some types, or is not ({@code xt_addrtype}).
 *
 * <p>IPv4 ({@code inet_dev_addr_type}): one type, by the table local; what that does not have is
 * UNICAST. IPv6 ({@code match_type6}): of UNSPEC, UNICAST and MULTICAST, which the address itself
 * says, all that are asked for; besides, one of LOCAL, ANYCAST and UNREACHABLE as the route to it
 * says. Of the loop's thread.
 */
public final class AddressTypeCondition extends Condition {
  /** Which device's routes count. */
  public enum Limit {
    /** Those of all. */
    NONE,
    /** Those of the one by which the packet came in; of all where there is none. */
    IN,
    /** Those of the one by which it leaves. */
    OUT
  }

  private static final int UNSPEC = 1;
  private static final int UNICAST = bit(Route.Type.UNICAST);
  private static final int LOCAL = bit(Route.Type.LOCAL);
  private static final int BROADCAST = bit(Route.Type.BROADCAST);
  private static final int ANYCAST = bit(Route.Type.ANYCAST);
  private static final int MULTICAST = bit(Route.Type.MULTICAST);
  private static final int UNREACHABLE = bit(Route.Type.UNREACHABLE);
  private static final int BY_ROUTE = LOCAL | ANYCAST | UNREACHABLE;

  private final Fib routes;
  private final boolean source;
  private final int types;
  private final Limit limit;
  private final boolean inverted;
  private final FlowKey key = new FlowKey();

  /**
   * A condition.
   *
   * @param routes those of the rule's family
   * @param source ask for the source, else for the destination
   * @param types a bit for each type, {@code 1 << RTN_*}
   */
  public AddressTypeCondition(
      Fib routes, boolean source, int types, Limit limit, boolean inverted) {
    this.routes = routes;
    this.source = source;
    this.types = types;
    this.limit = limit;
    this.inverted = inverted;
  }

  private static int bit(Route.Type type) {
    return 2 << type.ordinal();
  }

  @Override
  public boolean holds(PacketFields p) {
    NetDevice device =
        switch (limit) {
          case NONE -> null;
          case IN -> p.in;
          case OUT -> p.out;
        };
    long hi = source ? p.srcHi : p.dstHi;
    long lo = source ? p.srcLo : p.dstLo;
    return (p.v4 ? (types & type(lo, device)) != 0 : fits(hi, lo, device)) != inverted;
  }

  /** The type of an address of IPv4. */
  private int type(long lo, @Nullable NetDevice device) {
    int address = (int) lo;
    if (address == 0 || address == -1) {
      return BROADCAST;
    }
    if (address >>> 28 == 0xe) {
      return MULTICAST;
    }
    Route route = routes.localRoute(0, Addresses.v4(address));
    if (route == null || route.type().isRefusal()) {
      return UNICAST;
    }
    return device == null || device.equals(route.device()) ? bit(route.type()) : UNICAST;
  }

  private boolean fits(long hi, long lo, @Nullable NetDevice device) {
    boolean group = Addresses.isMulticast(hi, lo);
    boolean any = (hi | lo) == 0;
    // ipv6_addr_type: a mapped address of IPv4 has none of the three
    boolean unicast = !group && !any && !Addresses.isV4(hi, lo);
    if ((types & MULTICAST) != 0 && !group
        || (types & UNICAST) != 0 && !unicast
        || (types & UNSPEC) != 0 && !any) {
      return false;
    }
    return (types & BY_ROUTE) == 0 || (types & byRoute(hi, lo, device)) != 0;
  }

  /** {@code match_lookup_rt6}. */
  private int byRoute(long hi, long lo, @Nullable NetDevice device) {
    Route route = routes.lookup(key.to(hi, lo).by(device));
    if (route == null || route.type().isRefusal()) {
      return UNREACHABLE;
    }
    boolean local = device == null ? route.type() == Route.Type.LOCAL : hasAddress(device, hi, lo);
    return (local ? LOCAL : 0) | (route.type() == Route.Type.ANYCAST ? ANYCAST : 0);
  }

  /** {@code ipv6_chk_addr}: one that is tried out is none yet. */
  private static boolean hasAddress(NetDevice device, long hi, long lo) {
    List<InterfaceAddress> all = device.addresses();
    for (int i = 0; i < all.size(); i++) {
      IpAddress own = all.get(i).address();
      if (own.hi() == hi && own.lo() == lo) {
        return (all.get(i).flags() & InterfaceAddress.TENTATIVE) == 0;
      }
    }
    return false;
  }
}
