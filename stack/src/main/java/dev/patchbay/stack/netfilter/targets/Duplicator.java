package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.FlowKey;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Ipv4;
import org.jspecify.annotations.Nullable;

/**
 * Sends copies of packets to other machines ({@code nf_dup_ipv4}, {@code nf_dup_ipv6}). One for
 * each namespace, of its loop's thread: while a copy is on its way nothing is copied, so that no
 * copy makes another one.
 */
public final class Duplicator {
  private final NetworkStack stack;
  private final FlowKey key = new FlowKey();
  private boolean busy;

  public Duplicator(NetworkStack stack) {
    this.stack = stack;
  }

  /**
   * Sends a copy of the packet at a hook.
   *
   * @param hi the machine that gets it, or a router's network that leads there; high half
   * @param by the only device by which it may leave, null for any
   */
  void send(PacketFields p, long hi, long lo, @Nullable NetDevice by) {
    if (busy) {
      return;
    }
    Route route = stack.output().route(key.to(hi, lo).by(by));
    if (route == null || route.device() == null) {
      return;
    }
    Packet copy = p.packet().copy();
    if (copy == null) {
      return;
    }
    busy = true;
    prepare(copy, p);
    if (isTooLong(copy, route)) {
      stack.icmp().tooBig(copy, route.mtu(route.device()));
      copy.drop(DropReason.PKT_TOO_BIG);
    } else {
      copy.device = null;
      copy.physicalDevice = null;
      stack.output().sendTowards(copy, route, hi, lo);
    }
    busy = false;
  }

  /**
   * A bare IP packet, which nobody tracks. Its sender is told where it is too long for the copy's
   * way; where it has just come in one hop is taken off, against circles of two machines.
   */
  private static void prepare(Packet copy, PacketFields p) {
    copy.head = copy.l3;
    copy.l2 = -1;
    copy.tracking = null;
    copy.trackingInfo = TrackingInfo.UNTRACKED; // nf_dup_ipv4: it is nobody's
    copy.prerouted = false;
    int hop = p.hook == Hook.PREROUTING || p.hook == Hook.INPUT ? 1 : 0;
    if (p.v4) {
      Ipv4 ip = copy.ipv4();
      ip.flagsAndOffset(ip.flagsAndOffset() | Ipv4.DONT_FRAGMENT).ttl(ip.ttl() - hop);
      ip.fillChecksum();
    } else {
      copy.ipv6().hopLimit(copy.ipv6().hopLimit() - hop);
    }
  }

  private static boolean isTooLong(Packet copy, Route route) {
    NetDevice out = route.device();
    // what was joined here is cut again into what came
    int length = copy.fragmentMax > 0 ? copy.fragmentMax : copy.networkLength();
    return out != null && length > route.mtu(out);
  }
}
