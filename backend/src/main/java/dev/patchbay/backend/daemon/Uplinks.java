package dev.patchbay.backend.daemon;

import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.plug.Plug;
import dev.patchbay.backend.plug.Plugs;
import dev.patchbay.backend.sys.SysException;
import dev.patchbay.backend.uplink.GuestResolver;
import dev.patchbay.backend.uplink.HostIo;
import dev.patchbay.backend.uplink.Outside;
import dev.patchbay.backend.uplink.UplinkOptions;
import dev.patchbay.backend.vxlan.VxlanSockets;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.link.HostLinks;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.vxlan.VxlanTransport;
import dev.patchbay.stack.wire.IpProtocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What leads from the namespaces to the host. The uplinks: {@code host0}, and those that {@code ip
 * link add … type uplink} makes; all have the options and, together, the limits of one. And the
 * sockets of VXLAN devices, and TAP interfaces of the host. On the loop.
 */
final class Uplinks implements HostLinks {
  private final RandomSource random;
  private final Outside first;
  private final Plugs plugs;
  private final VxlanSockets vxlans;
  private final List<Outside> others = new ArrayList<>();

  /**
   * Connects {@code host0}.
   *
   * @param random ports, identifiers, hash keys
   * @param guests who finds the guests of forwards
   * @param plugs joins the host's TAP interfaces
   */
  Uplinks(
      NettyLoop loop,
      PacketPool pool,
      RandomSource random,
      UplinkOptions options,
      GuestResolver guests,
      Network network,
      Plugs plugs) {
    this.random = random;
    this.plugs = plugs;
    UplinkSide side = new UplinkSide(network.stack(), network.uplink());
    vxlans = new VxlanSockets(loop, pool);
    first = new Outside(HostIo.of(loop), side, pool, random, options, guests);
    join(network.stack(), network.uplink(), new Far(network.stack(), side, first));
  }

  /** That of {@code host0}, which alone has forwards. */
  Outside first() {
    return first;
  }

  @Override
  public void connect(NetworkStack stack, UplinkDevice device) {
    UplinkSide side = new UplinkSide(stack, device);
    RandomSource own = random.derive("netns " + stack.namespaces().nameOf(stack));
    Outside outside = new Outside(first, side, own, guest -> null);
    others.add(outside);
    join(stack, device, new Far(stack, side, outside));
  }

  @Override
  public void tap(PortDevice port) throws LinkRefusedException {
    String name = String.valueOf(port.tap());
    try {
      Plug plug = plugs.join(name, port);
      port.onLeave(plug::close);
    } catch (SysException e) {
      throw new LinkRefusedException(e.errno(), e.getMessage());
    } catch (IOException e) {
      throw new LinkRefusedException(Errno.EIO, e.getMessage());
    }
  }

  @Override
  public VxlanTransport vxlan(IpAddress local, int port, VxlanTransport.Receiver receiver)
      throws LinkRefusedException {
    return vxlans.open(local, port, receiver);
  }

  /** The host's sockets that carry VXLAN. */
  VxlanSockets vxlans() {
    return vxlans;
  }

  private static void join(NetworkStack stack, UplinkDevice device, Far far) {
    device.far(far);
    stack.localFallback(far::takeLocal);
  }

  /** Ends all. */
  void close() {
    others.forEach(Outside::close);
    others.clear();
    first.close();
    vxlans.close();
  }

  /** What stands behind one uplink. */
  private final class Far implements UplinkDevice.Far {
    private final NetworkStack stack;
    private final UplinkSide side;
    private final Outside outside;

    Far(NetworkStack stack, UplinkSide side, Outside outside) {
      this.stack = stack;
      this.side = side;
      this.outside = outside;
    }

    @Override
    public void receive(Packet packet) {
      Packet whole = side.whole(packet);
      if (whole != null) {
        outside.receive(whole);
      }
    }

    boolean takeLocal(Packet packet) {
      if (packet.protocol == IpProtocol.ICMP || packet.protocol == IpProtocol.ICMPV6) {
        outside.icmpErrorLocal(packet);
        return false;
      }
      return outside.receiveLocal(packet);
    }

    @Override
    public void removed() {
      outside.close();
      others.remove(outside);
      stack.localFallback(null);
    }
  }
}
