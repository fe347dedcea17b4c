package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.FlowKey;
import dev.patchbay.stack.route.Multipath;
import dev.patchbay.stack.route.Route;
import org.jspecify.annotations.Nullable;

/**
 * Whether the source of a packet of IPv4 may have come by the device it came by ({@code
 * fib_validate_source}; RFC 1812 section 5.3.8, RFC 3704).
 */
public final class SourceCheck {
  /** What was found out. */
  public enum Verdict {
    /** It is behind a gateway, or nobody asked. */
    FINE,
    /** It is on the link by which it came: whoever sent it can be told of better ways. */
    NEIGHBOUR,
    /** No packet can have this source. */
    MARTIAN,
    /** The way back is another one than {@code rp_filter} allows. */
    REVERSE_PATH
  }

  private final NetworkStack stack;
  private final FlowKey key = new FlowKey();

  /** Of a namespace. */
  public SourceCheck(NetworkStack stack) {
    this.stack = stack;
  }

  /** The same of a packet of IPv4, of what none brought as of one that is fine. */
  Verdict check(Packet packet, long source, long destination, @Nullable NetDevice out) {
    NetDevice device = packet.device;
    return device == null
        ? Verdict.FINE
        : check(device, packet.mark, packet.ipv4().tos(), source, destination, out);
  }

  /**
   * Looks at a source.
   *
   * @param device the device by which it came
   * @param destination 0.0.0.0 where it goes to many
   * @param out the device by which it is to leave, null where it stays here
   */
  public Verdict check(
      NetDevice device, int mark, int tos, long source, long destination, @Nullable NetDevice out) {
    StackConf conf = stack.conf();
    int strict = conf.greater(device, Ipv4Key.RP_FILTER);
    boolean back = device.equals(out) && conf.either(device, Ipv4Key.SEND_REDIRECTS);
    boolean local = conf.either(device, Ipv4Key.ACCEPT_LOCAL);
    if (strict == 0 && !back) {
      Route.Type type = stack.routes4().addressType(0, source);
      boolean own = type == Route.Type.LOCAL && device.kind() != NetDevice.Kind.LOOPBACK;
      return own && !local ? Verdict.MARTIAN : Verdict.FINE;
    }
    key.to(0, source).from(0, destination);
    key.input = out != null ? out : stack.loopback();
    key.mark = conf.either(device, Ipv4Key.SRC_VALID_MARK) ? mark : 0;
    key.tos = tos;
    return full(device, strict, local);
  }

  private Verdict full(NetDevice device, int strict, boolean local) {
    Route route = stack.routes4().find(key);
    if (route == null) {
      return lastResort(strict);
    }
    boolean own = route.type() == Route.Type.LOCAL;
    boolean loops = own && device.kind() == NetDevice.Kind.LOOPBACK;
    if (route.type().isRefusal() && route.type() != Route.Type.THROW) {
      // fib_lookup tells of those as of no route
      return lastResort(strict);
    }
    if (route.type() != Route.Type.UNICAST && !(own && (local || loops))) {
      return Verdict.MARTIAN;
    }
    if (route.uses(device) || loops) {
      return isOnLink(route, device) ? Verdict.NEIGHBOUR : Verdict.FINE;
    }
    if (hasNoAddress(device)) {
      return lastResort(strict);
    }
    if (strict == 1) {
      return Verdict.REVERSE_PATH;
    }
    Route by = stack.routes4().lookup(key.by(device));
    boolean near = by != null && by.type() == Route.Type.UNICAST && by.gateway() == null;
    return near ? Verdict.NEIGHBOUR : Verdict.FINE;
  }

  private static boolean isOnLink(Route route, NetDevice device) {
    Multipath hops = route.hops();
    Route by = hops == null ? route : hops.by(device);
    return by != null && by.gateway() == null;
  }

  private static Verdict lastResort(int strict) {
    return strict == 0 ? Verdict.FINE : Verdict.REVERSE_PATH;
  }

  private static boolean hasNoAddress(NetDevice device) {
    for (int i = 0; i < device.addresses().size(); i++) {
      if (device.addresses().get(i).address().isV4()) {
        return false;
      }
    }
    return true;
  }
}
