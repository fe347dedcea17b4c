package dev.patchbay.stack.device;

import dev.patchbay.stack.packet.Packet;

/** Sees each packet of a device (Linux's {@code ptype_all}): capture and packet sockets. */
@FunctionalInterface
public interface Tap {
  /**
   * The packet may be read during the call; it is not given away. {@code [head, tail)} is the frame
   * with its link header (for a device that has none: the IP packet). A packet to be segmented is
   * seen whole.
   */
  void seen(NetDevice device, Packet packet, boolean outgoing);
}
