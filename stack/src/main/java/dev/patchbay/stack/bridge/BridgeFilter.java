package dev.patchbay.stack.bridge;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;

/** Who looks at frames that a bridge carries ({@code br_netfilter}). Of the loop's thread. */
public interface BridgeFilter {
  /** Whether there is anything to look for; where not, nothing else is asked. */
  boolean isActive();

  /**
   * A frame came in by a port; l2 and l3 are set.
   *
   * @return false where it was dropped
   */
  boolean incoming(Packet packet, Bridge bridge);

  /**
   * A frame is to leave by a port; the one by which it came is its {@code physicalDevice}.
   *
   * @return false where it was dropped
   */
  boolean forward(Packet packet, Bridge bridge, NetDevice to);
}
