package dev.patchbay.stack.bridge;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who looks at frames that a bridge carries ({@code br_netfilter}). Of the loop's thread. */
public interface BridgeFilter {
  /** Whether there is anything to look for; where not, nothing else is asked. */
  boolean isActive();

  /**
   * A frame came in by a port; l2 and l3 are set.
   *
   * @return the frame with which it goes on: another one where that was its last fragment; null
   *     where it was dropped or is kept until the others have come
   */
  @Nullable Packet incoming(Packet packet, Bridge bridge);

  /**
   * A frame is to leave by a port; the one by which it came is its {@code physicalDevice}.
   *
   * @return false where it was dropped
   */
  boolean forward(Packet packet, Bridge bridge, NetDevice to);

  /** Cuts a frame whose fragments were joined again and sends the pieces; takes it. */
  void cut(Packet packet, int mtu, Consumer<Packet> send);
}
