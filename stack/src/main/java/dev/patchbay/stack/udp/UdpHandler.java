package dev.patchbay.stack.udp;

import dev.patchbay.stack.packet.Packet;

/** The owner of a socket; called on the loop. */
public interface UdpHandler {
  /**
   * A datagram came. Its payload is {@code [packet.l4 + 8, packet.tail)} of the packet's data;
   * device, bridge port and addresses are in the packet, which is valid during the call only.
   */
  void onDatagram(UdpSocket socket, Packet packet);

  /**
   * A datagram that was sent to this peer came back as an ICMP error. {@code hard}: nobody listens
   * there.
   */
  default void onError(UdpSocket socket, boolean hard, long dstHi, long dstLo, int dstPort) {}
}
