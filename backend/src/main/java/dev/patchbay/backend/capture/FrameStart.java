package dev.patchbay.backend.capture;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Ethernet;

/** Where a packet that is dropped begins, since its head may stand anywhere by then. */
final class FrameStart {
  private FrameStart() {}

  /** Absolute position of the first byte. */
  static int position(Packet packet) {
    return packet.l2 >= 0 && packet.l2 <= packet.head ? packet.l2 : packet.head;
  }

  /** Whether an Ethernet header stands there; else it is an IP packet. */
  static boolean isEthernet(Packet packet) {
    return packet.l2 >= 0 && packet.l2 <= packet.head || packet.head == packet.l3 - Ethernet.LENGTH;
  }
}
