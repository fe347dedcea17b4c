package dev.patchbay.backend.uplink;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;

/** The namespace as its uplink sees it. All on the loop. */
public interface Inside {
  /** Whether the address is one of the namespace's own (unicast). */
  boolean isLocal(long hi, long lo);

  /**
   * Whether the address lies on one of the namespace's links, so that no packet from it can enter
   * by the uplink.
   */
  boolean isOnLink(long hi, long lo);

  /** Whether it is the uplink's own device: what came in by it must not leave by it. */
  boolean isUplink(NetDevice device);

  /** Sends a complete packet whose source is an address of ours (OUTPUT). Takes it. */
  void output(Packet packet);

  /** Lets a complete packet in by the uplink's device (PREROUTING). Takes it. */
  void enter(Packet packet);

  /** MTU towards an address inside, IP header included. */
  int mtu(long hi, long lo);

  /**
   * The address of ours, of the same family, that a guest at {@code guest} knows as its gateway.
   * Cold path.
   */
  IpAddress gateway(IpAddress guest);
}
