package dev.patchbay.stack.udp;

import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.packet.Packet;

/** The owner of a socket; called on the loop. */
public interface UdpHandler {
  /**
   * A datagram came. Its payload is {@code [packet.l4 + 8, packet.tail)} of the packet's data;
   * device, bridge port and addresses are in the packet, which is valid during the call only. Never
   * called where the socket has a {@link UdpSocket#receiveBuffer}.
   */
  void onDatagram(UdpSocket socket, Packet packet);

  /**
   * A datagram of this socket came back as an ICMP error that concerns its user (RFC 1122 section
   * 4.1.3.3): the socket is connected and the error is fatal, or it asked for all.
   */
  default void onError(UdpSocket socket, IcmpError error) {}
}
