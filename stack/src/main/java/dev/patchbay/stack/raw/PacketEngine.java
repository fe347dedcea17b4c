package dev.patchbay.stack.raw;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.DatagramListener;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The packet sockets of a namespace and the devices at which they listen. */
public final class PacketEngine {
  private final NetworkStack stack;
  private final List<PacketSocket> sockets = new ArrayList<>();

  /** The socket whose frame is being sent: it does not see it ({@code skb_loop_sk}). */
  @Nullable PacketSocket sending;

  /** Nothing is open yet. */
  public PacketEngine(NetworkStack stack) {
    this.stack = stack;
  }

  /**
   * A packet socket, bound to no device.
   *
   * @param withHeader SOCK_RAW: frames with their link header; else SOCK_DGRAM
   * @param protocol EtherType, {@link PacketSocket#ALL}, or 0 to receive nothing until it is bound
   */
  public PacketSocket open(boolean withHeader, int protocol, DatagramListener listener) {
    PacketSocket socket = new PacketSocket(stack, this, withHeader, listener);
    sockets.add(socket);
    socket.listen(protocol, null);
    return socket;
  }

  void close(PacketSocket socket) {
    sockets.remove(socket);
  }

  /** Sockets that are open, a copy. */
  public List<PacketSocket> sockets() {
    return List.copyOf(sockets);
  }

  /** A device was added: sockets that are bound to none listen there too. */
  public void deviceAdded(NetDevice device) {
    for (int i = 0; i < sockets.size(); i++) {
      sockets.get(i).deviceAdded(device);
    }
  }

  /** A device went down: {@code ENETDOWN} for those bound to it. */
  public void deviceDown(NetDevice device) {
    for (int i = 0; i < sockets.size(); i++) {
      sockets.get(i).deviceDown(device);
    }
  }

  /** A device goes away. */
  public void deviceRemoved(NetDevice device) {
    for (int i = 0; i < sockets.size(); i++) {
      sockets.get(i).deviceRemoved(device);
    }
  }
}
