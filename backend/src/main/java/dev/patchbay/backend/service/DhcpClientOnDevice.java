package dev.patchbay.backend.service;

import dev.patchbay.backend.dhcp.DhcpClient;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.Tap;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Lifetime;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.InterfaceAddresses;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.route.RouteRefusedException;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Udp;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/** A {@link DhcpClient} on port 68 of a device, whose address and default route it makes. */
final class DhcpClientOnDevice implements DhcpClient.Link {
  private static final Logger LOG = LogManager.getLogger("patchbay");
  private static final int CLIENT_PORT = 68;
  private static final int SERVER_PORT = 67;

  /** Behind what is set by hand, as systemd-networkd has it. */
  private static final long METRIC = 1024;

  private static final int ARP_AT = 14;

  private final NetworkStack stack;
  private final NetDevice device;
  private final DhcpClient client;
  private final Tap tap = this::seen;
  private @Nullable UdpSocket socket;
  private @Nullable RouteEntry route;

  /** The address that we have made; one set by hand is not ours, be it the same. */
  private @Nullable IpAddress made;

  DhcpClientOnDevice(Outfit outfit, Place place, String name) {
    stack = place.stack();
    device = place.device();
    client = new DhcpClient(outfit.loop(), outfit.random().derive("dhcp client " + name), this);
  }

  /** Begins; false where the port is taken. */
  boolean open() {
    UdpSocket s =
        stack
            .udp()
            .open((from, packet) -> {
              int at = packet.l4 + Udp.LENGTH;
              client.handle(packet.data, at, packet.tail - at);
            });
    s.options().broadcast = true;
    if (!s.bind(0, Addresses.V4_PREFIX, CLIENT_PORT, device)) {
      s.close();
      return false;
    }
    socket = s;
    device.addTap(tap);
    client.start();
    return true;
  }

  /** Ends; the address is given back. */
  void close() {
    client.stop();
    device.removeTap(tap);
    if (socket != null) {
      socket.close();
    }
    socket = null;
  }

  @Override
  public long mac() {
    return device.mac();
  }

  @Override
  public void broadcast(byte[] message) {
    UdpSocket s = socket;
    if (s != null && device.isUp()) {
      long any = Addresses.V4_PREFIX;
      long all = Addresses.v4(-1);
      s.sendToMac(
          message, 0, message.length, any, all, SERVER_PORT, Addresses.MAC_BROADCAST, device);
    }
  }

  @Override
  public void unicast(byte[] message, int server) {
    UdpSocket s = socket;
    DhcpClient.Binding mine = client.binding();
    if (s != null && mine != null) {
      long source = Addresses.v4(mine.ip());
      long target = Addresses.v4(server);
      s.send(message, 0, message.length, 0, source, 0, target, SERVER_PORT, device);
    }
  }

  @Override
  public void probe(int ip) {
    stack.arp().probe(device, Addresses.v4(ip));
  }

  /** Who sends ARP in the name of an address that we check has it (RFC 5227 section 2.1.1). */
  private void seen(NetDevice by, Packet packet, boolean outgoing) {
    int at = packet.head + ARP_AT;
    if (!outgoing
        && packet.vlanProtocol == 0 // another network's
        && client.state() == DhcpClient.State.PROBING
        && packet.tail >= at + 28
        && Bytes.u16(packet.data, at - 2) == EtherType.ARP) {
      client.heard(Bytes.i32(packet.data, at + 14), Bytes.u48(packet.data, at + 8));
    }
  }

  private static InterfaceAddress address(DhcpClient.Binding binding, String label, long now) {
    long ip = Addresses.v4(binding.ip());
    IpAddress last =
        binding.prefix() > 30 ? null : new IpAddress(0, ip | 0xffff_ffffL >>> binding.prefix());
    Lifetime lifetime = new Lifetime(binding.seconds(), binding.seconds(), now);
    IpAddress own = new IpAddress(0, ip);
    return new InterfaceAddress(
            own,
            binding.prefix(),
            null,
            last,
            Scope.GLOBAL,
            InterfaceAddress.LEASED,
            label,
            0,
            Lifetime.ENDLESS)
        .withLifetime(lifetime);
  }

  @Override
  public void bound(DhcpClient.Binding binding) {
    InterfaceAddress own = address(binding, device.name(), stack.loop().now());
    InterfaceAddress known = InterfaceAddresses.find(device, 0, own.address().lo());
    try {
      if (known != null && !known.address().equals(made)) {
        LOG.info("{}: DHCP gave {}, which is there already", device.name(), own.address());
      } else if (known != null) {
        stack.addresses().change(device, known, known.withLifetime(own.lifetime()));
      } else {
        stack.addresses().insert(device, own);
        made = own.address();
        stack.arp().announce(device, own.address().lo());
        LOG.info("{}: DHCP gave {}/{}", device.name(), own.address(), own.prefix());
      }
    } catch (RouteRefusedException e) {
      LOG.warn("{}: {} of DHCP is not taken: {}", device.name(), own.address(), e.getMessage());
      return;
    }
    removeRoute();
    if (binding.router() != 0) {
      IpAddress router = new IpAddress(0, Addresses.v4(binding.router()));
      Route way =
          Route.of(Route.Type.UNICAST, device, Scope.GLOBAL)
              .withHop(router, device, false)
              .withSource(own.address())
              .withProtocol("dhcp")
              .withMetric(METRIC);
      RouteEntry entry = new RouteEntry(RouteEntry.MAIN, IpAddress.ANY4, 0, way);
      stack.routes4().add(entry.table(), entry.destination(), 0, way);
      route = entry;
    }
  }

  private void removeRoute() {
    if (route != null) {
      stack.routes4().remove(route);
    }
    route = null;
  }

  @Override
  public void lost(DhcpClient.Binding binding) {
    removeRoute();
    IpAddress own = made;
    made = null;
    if (own == null) {
      return;
    }
    try {
      stack.addresses().delete(device, own, binding.prefix());
    } catch (RouteRefusedException e) {
      // its lifetime was over, or an administrator took it away
    }
  }

  void values(Map<String, Object> values) {
    DhcpClient.Binding mine = client.binding();
    values.put("client", client.state().name().toLowerCase(java.util.Locale.ROOT));
    if (mine != null) {
      values.put("address", text(mine.ip()) + "/" + mine.prefix());
      values.put("server", text(mine.server()));
      if (mine.router() != 0) {
        values.put("router", text(mine.router()));
      }
      List<String> dns = mine.dns().stream().map(DhcpClientOnDevice::text).toList();
      if (!dns.isEmpty()) {
        values.put("dns", String.join(",", dns));
      }
      values.put("lease", mine.seconds());
    }
  }

  private static String text(int ip) {
    return Addresses.toString(0, Addresses.v4(ip));
  }
}
