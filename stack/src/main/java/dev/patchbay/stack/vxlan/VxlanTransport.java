package dev.patchbay.stack.vxlan;

import dev.patchbay.stack.packet.Packet;

/** A UDP socket of the host that carries VXLAN. On the loop. */
public interface VxlanTransport {
  /** Who takes what comes. */
  interface Receiver {
    /**
     * A datagram came: its payload is {@code [head, tail)} of the packet, which is the receiver's.
     *
     * @param srcHi its sender
     */
    void received(Packet packet, long srcHi, long srcLo);
  }

  /**
   * Sends a datagram at the end of this turn at the latest; the bytes are copied at once. What the
   * host refuses is lost, and counted there.
   *
   * @param hi destination
   * @param ttl time to live or hop limit, 0 for the host's own
   * @param tos type of service or traffic class
   */
  void send(byte[] data, int offset, int length, long hi, long lo, int port, int ttl, int tos);

  /** Closes the socket after what waits was sent. */
  void close();
}
