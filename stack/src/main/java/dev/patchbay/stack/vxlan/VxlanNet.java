package dev.patchbay.stack.vxlan;

import dev.patchbay.stack.link.HostLinks;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The VXLAN devices of an appliance and the host's sockets that they share ({@code vxlan_net}): of
 * all namespaces, since there is one host. On the loop.
 */
public final class VxlanNet {
  private final Supplier<@Nullable HostLinks> host;
  private final List<VxlanDevice> devices = new ArrayList<>();
  private final List<VxlanSocket> sockets = new ArrayList<>();

  /**
   * @param host gives what opens sockets, null where there is no host
   */
  public VxlanNet(Supplier<@Nullable HostLinks> host) {
    this.host = host;
  }

  /** Whether a device has that network at that port already, in the same family. */
  public boolean isTaken(int vni, int port, boolean v4) {
    return devices.stream().anyMatch(d -> d.vni() == vni && d.port() == port && d.isV4() == v4);
  }

  void add(VxlanDevice device) {
    devices.add(device);
  }

  void remove(VxlanDevice device) {
    devices.remove(device);
  }

  /** The socket of a device, opened where it is the first. */
  VxlanSocket acquire(VxlanDevice device) throws LinkRefusedException {
    VxlanSocket socket = find(device);
    if (socket == null) {
      HostLinks links = host.get();
      if (links == null) {
        throw new LinkRefusedException(Errno.EOPNOTSUPP);
      }
      socket = new VxlanSocket(device.local(), device.port());
      socket.transport = links.vxlan(socket.local, socket.port, socket);
      sockets.add(socket);
    }
    socket.add(device);
    return socket;
  }

  private @Nullable VxlanSocket find(VxlanDevice device) {
    for (VxlanSocket socket : sockets) {
      if (socket.port == device.port() && socket.local.equals(device.local())) {
        return socket;
      }
    }
    return null;
  }

  void release(VxlanDevice device, VxlanSocket socket) {
    socket.remove(device);
    if (socket.isIdle()) {
      sockets.remove(socket);
      VxlanTransport transport = socket.transport;
      socket.transport = null;
      if (transport != null) {
        transport.close();
      }
    }
  }
}
