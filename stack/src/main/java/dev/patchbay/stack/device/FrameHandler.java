package dev.patchbay.stack.device;

import dev.patchbay.stack.packet.Packet;

/** Takes what devices receive: the network layer of the namespace (Linux's {@code deliver_skb}). */
public interface FrameHandler {
  /**
   * Takes a packet whose link header has been read: {@code l2} and {@code l3} are set, {@code head}
   * stands at l3.
   *
   * @param etherType the EtherType of what begins at l3
   */
  void deliver(Packet packet, int etherType);
}
