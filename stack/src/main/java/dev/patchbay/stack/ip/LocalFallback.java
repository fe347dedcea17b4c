package dev.patchbay.stack.ip;

import dev.patchbay.stack.packet.Packet;

/** Whoever takes what is addressed to us and no socket of ours wants: the uplink's far side. */
public interface LocalFallback {
  /**
   * A TCP, UDP or ICMP packet; l3, l4 and protocol are set, the IP header is checked and fragments
   * are put together.
   *
   * @return true where it was taken; false leaves it with the caller
   */
  boolean receive(Packet packet);
}
