package dev.patchbay.backend.daemon;

import dev.patchbay.backend.uplink.Inside;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/** A namespace as the far side of its uplink sees it. On the loop. */
final class UplinkSide implements Inside {
  private final NetworkStack stack;
  private final UplinkDevice uplink;

  /**
   * @param uplink a device of {@code stack}
   */
  UplinkSide(NetworkStack stack, UplinkDevice uplink) {
    this.stack = stack;
    this.uplink = uplink;
  }

  /**
   * What leaves by the uplink leaves whole: the host's sockets take datagrams, and the host cuts
   * them for its own links.
   *
   * @return the packet, or the datagram that it completes, or null while pieces are missing
   */
  @Nullable Packet whole(Packet packet) {
    if (packet.isIpv4()) {
      return packet.ipv4().isFragment() ? stack.reassembler().add4(packet) : packet;
    }
    return packet.protocol == IpProtocol.FRAGMENT ? stack.reassembler().add6(packet) : packet;
  }

  @Override
  public boolean isLocal(long hi, long lo) {
    return stack.isLocal(hi, lo);
  }

  @Override
  public boolean isOnLink(long hi, long lo) {
    Route route =
        Addresses.isV4(hi, lo) ? stack.routes4().lookup(hi, lo) : stack.routes6().lookup(hi, lo);
    return route != null && route.device() != null && !uplink.equals(route.device());
  }

  @Override
  public boolean isUplink(NetDevice device) {
    return uplink.equals(device);
  }

  @Override
  public void output(Packet packet) {
    stack.output().sendRaw(packet);
  }

  @Override
  public void enter(Packet packet) {
    uplink.receive(packet);
  }

  @Override
  public int mtu(long hi, long lo) {
    return stack.output().mtu(0, 0, hi, lo);
  }

  @Override
  public IpAddress gateway(IpAddress guest) {
    @Nullable IpAddress own = stack.output().source(null, guest.hi(), guest.lo());
    if (own != null) {
      return own;
    }
    return guest.isV4() ? Network.GATEWAY4 : Network.GATEWAY6;
  }
}
