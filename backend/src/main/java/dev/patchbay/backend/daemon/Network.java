package dev.patchbay.backend.daemon;

import dev.patchbay.stack.Namespaces;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;

/**
 * The network that a guest finds when nothing is configured: {@code br0} with the appliance's
 * addresses, {@code host0} as the default route of both families. Ports are added to it as
 * attachments are opened.
 */
final class Network {
  /** br0's Ethernet address. */
  static final long BRIDGE_MAC = 0x52550a000202L;

  /** The gateway, and the host's loopback behind it. */
  static final IpAddress GATEWAY4 = IpAddress.parse("10.0.2.2");

  static final IpAddress GATEWAY6 = IpAddress.parse("fec0::2");

  /** The DNS forwarder. */
  static final IpAddress DNS4 = IpAddress.parse("10.0.2.3");

  static final IpAddress DNS6 = IpAddress.parse("fec0::3");

  private final NetworkStack stack;
  private final Bridge bridge;
  private final UplinkDevice uplink;
  private PacketPool.DropObserver drops = (packet, reason) -> {};

  Network(EventLoop loop, PacketPool pool, RandomSource random) {
    stack = new NetworkStack(loop, pool, random);
    long key = random.derive("bridge").nextLong();
    bridge = new Bridge(stack.nextIndex(), "br0", BRIDGE_MAC, loop, key);
    uplink = new UplinkDevice(stack.nextIndex(), "host0");
    bridge.attributes().permanent = true;
    uplink.attributes().permanent = true;
    stack.add(bridge);
    stack.add(uplink);
    address(GATEWAY4, 24, false);
    address(DNS4, 24, true);
    address(GATEWAY6, 64, false);
    address(DNS6, 64, false);
    stack.setUp(bridge, true);
    stack.setUp(uplink, true);
    Route world = Route.of(Route.Type.UNICAST, uplink, Scope.LINK).withProtocol("boot");
    Route world6 = Route.of(Route.Type.UNICAST, uplink, Scope.GLOBAL).withProtocol("boot");
    stack.routes4().add(RouteEntry.MAIN, IpAddress.ANY4, 0, world);
    stack.routes6().add(RouteEntry.MAIN, IpAddress.ANY6, 0, world6.withMetric(1024));
    // a drop is the account of the port by which the packet came, so that `ports` can tell why
    pool.observer((packet, reason) -> {
      NetDevice port = packet.physicalDevice != null ? packet.physicalDevice : packet.device;
      if (port != null) {
        port.statistics.dropped(reason);
      }
      drops.dropped(packet, reason);
    });
  }

  /** Who sees drops, after they were counted. */
  void onDrop(PacketPool.DropObserver observer) {
    drops = observer;
  }

  private void address(IpAddress address, int prefix, boolean secondary) {
    IpAddress broadcast =
        address.isV4() ? new IpAddress(0, address.lo() | 0xffffffffL >>> prefix) : null;
    Scope scope = address.isV4() ? Scope.GLOBAL : Scope.SITE;
    boolean noDad = !address.isV4();
    stack.addAddress(
        bridge, new InterfaceAddress(address, prefix, broadcast, scope, secondary, noDad, "br0"));
  }

  NetworkStack stack() {
    return stack;
  }

  Bridge bridge() {
    return bridge;
  }

  UplinkDevice uplink() {
    return uplink;
  }

  /**
   * Makes a port, up: of br0, where its own MAC is of no consequence to guests, or by itself in a
   * namespace, which is made where it is not there.
   *
   * @param netns the namespace's name, or empty for the initial one
   */
  PortDevice addPort(String name, String netns, int mtu) {
    int index = stack.nextIndex();
    PortDevice port = new PortDevice(index, name, 0x52550a010000L | index, mtu);
    port.attributes().permanent = true;
    if (netns.isEmpty()) {
      stack.add(port);
      bridge.addPort(port);
      stack.setUp(port, true);
    } else {
      NetworkStack other = namespace(netns);
      other.add(port);
      other.setUp(port, true);
    }
    return port;
  }

  private NetworkStack namespace(String name) {
    NetworkStack there = stack.namespaces().find(name);
    if (there == null) {
      there = stack.namespaces().add(name);
    }
    if (there == null) {
      throw new IllegalArgumentException("more than " + Namespaces.LIMIT + " namespaces");
    }
    return there;
  }
}
