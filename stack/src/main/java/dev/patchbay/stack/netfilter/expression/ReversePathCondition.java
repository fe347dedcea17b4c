package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.FlowKey;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import java.util.EnumSet;
import java.util.Set;

/**
 * The way back to the source leads by the device by which a packet came, or does not ({@code
 * ipt_rpfilter}, {@code ip6t_rpfilter}; RFC 3704). Of the loop's thread.
 */
public final class ReversePathCondition extends Condition implements PlacedCondition {
  /** What is asked. */
  public enum Option {
    /** Any way back will do. */
    LOOSE,
    /** The packet's mark counts when the way is looked up. */
    MARK,
    /** Sources of our own are good. */
    ACCEPT_LOCAL,
    /** Holds where the check fails. */
    INVERT
  }

  private final Fib routes;
  private final boolean loose;
  private final boolean marked;
  private final boolean acceptLocal;
  private final boolean inverted;
  private final FlowKey key = new FlowKey();
  private final NetDevice loopback;

  /**
   * A condition.
   *
   * @param routes those of the rule's family
   * @param loopback the namespace's, by which packets to be looked up are said to have come
   */
  public ReversePathCondition(Fib routes, NetDevice loopback, Set<Option> options) {
    this.routes = routes;
    this.loopback = loopback;
    loose = options.contains(Option.LOOSE);
    marked = options.contains(Option.MARK);
    acceptLocal = options.contains(Option.ACCEPT_LOCAL);
    inverted = options.contains(Option.INVERT);
  }

  @Override
  public Set<Hook> hooks() {
    return EnumSet.of(Hook.PREROUTING);
  }

  @Override
  public boolean holds(PacketFields p) {
    NetDevice in = p.in;
    boolean passes =
        in == null
            || in.kind() == NetDevice.Kind.LOOPBACK
            || (p.v4 ? passes4(p, in) : passes6(p, in));
    return passes != inverted;
  }

  private boolean passes4(PacketFields p, NetDevice in) {
    boolean group = Addresses.isMulticast(0, p.dstLo);
    boolean many = group || Addresses.isLimitedBroadcast(0, p.dstLo);
    if ((int) p.srcLo == 0
        && (Addresses.isLimitedBroadcast(0, p.dstLo) || (int) p.dstLo >>> 8 == 0xe0_0000)) {
      return true; // who has no address yet, on its link
    }
    boolean asSource = !many && (int) p.dstLo != 0;
    Packet packet = p.packet();
    key.to(0, p.srcLo).from(0, asSource ? p.dstLo : Addresses.V4_PREFIX);
    key.input = loopback;
    key.mark = marked ? packet.mark : 0;
    key.tos = packet.ipv4().tos();
    Route route = routes.find(key);
    return route != null
        && (route.type() == Route.Type.UNICAST || acceptLocal && route.type() == Route.Type.LOCAL)
        && (loose || route.uses(in));
  }

  private boolean passes6(PacketFields p, NetDevice in) {
    if ((p.srcHi | p.srcLo) == 0) {
      return true;
    }
    Packet packet = p.packet();
    key.to(p.srcHi, p.srcLo);
    if (!Addresses.isMulticast(p.dstHi, p.dstLo)) {
      key.from(p.dstHi, p.dstLo);
    }
    key.input = loopback;
    key.mark = marked ? packet.mark : 0;
    key.tos = packet.ipv6().trafficClass();
    key.protocol = packet.ipv6().nextHeader();
    key.preferred = loose ? null : in;
    boolean onLink = Addresses.isLinkLocal(p.srcHi, p.srcLo);
    Route route = onLink ? routes.lookup(key.by(in)) : routes.find(key);
    if (route == null || route.type().isRefusal() || route.type() == Route.Type.ANYCAST) {
      return false;
    }
    return route.type() == Route.Type.LOCAL ? acceptLocal : loose || onLink || route.uses(in);
  }
}
