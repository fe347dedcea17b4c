package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/** What both families ask of a packet that came in. */
final class InputChecks {
  private InputChecks() {}

  /**
   * Whether a device has a packet that it cannot have rightly: one of the loopback's addresses
   * anywhere but there (RFC 1812 section 5.3.7, RFC 4291 section 2.5.3), one that says that a
   * subnet's broadcast address sent it (RFC 1122 section 3.2.1.3), or from an Ethernet one that
   * says that we sent it. By the uplink our own addresses come back.
   */
  static boolean isImpossible(
      NetworkStack stack,
      @Nullable NetDevice device,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo) {
    if (device == null || device.kind() == NetDevice.Kind.LOOPBACK) {
      return false;
    }
    if (Addresses.isLoopback(srcHi, srcLo) || Addresses.isLoopback(dstHi, dstLo)) {
      return true;
    }
    Route.Type type = stack.routes(srcHi, srcLo).addressType(srcHi, srcLo);
    return type == Route.Type.BROADCAST
        || type == Route.Type.LOCAL && device.kind() == NetDevice.Kind.ETHER;
  }

  /**
   * The same of IPv4, where {@code route_localnet} lets the loopback's addresses pass and whether
   * our own may come back is {@link SourceCheck}'s to say.
   */
  static boolean isImpossible(
      NetworkStack stack, @Nullable NetDevice device, long source, long destination) {
    if (device == null || device.kind() == NetDevice.Kind.LOOPBACK) {
      return false;
    }
    boolean loopback = Addresses.isLoopback(0, source) || Addresses.isLoopback(0, destination);
    if (loopback && !stack.conf().either(device, Ipv4Key.ROUTE_LOCALNET)) {
      return true;
    }
    return stack.routes4().addressType(0, source) == Route.Type.BROADCAST;
  }

  /**
   * Whether it came in a frame to a group: a link-layer broadcast must not carry on as a unicast
   * (RFC 1122 section 3.3.6).
   */
  static boolean isGroupFrame(Packet packet) {
    return packet.l2 >= 0 && Addresses.isGroupMac(packet.ethernet().destination());
  }
}
