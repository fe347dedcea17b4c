package dev.patchbay.stack.device;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/**
 * The device {@code host0} and its like of other namespaces: point-to-point, without link header or
 * ARP. What is routed out of it goes to the far side, which answers through {@link #receive}.
 */
public final class UplinkDevice extends NetDevice {
  /** The kind, as {@code ip link add type} names it. */
  public static final String TYPE = "uplink";

  /** The MTU of an uplink: the longest IPv4 packet that is a multiple of 8 with its header. */
  public static final int MTU = 65520;

  /** The far side. */
  public interface Far {
    /** Takes an IP packet whose head stands at its network header. */
    void receive(Packet packet);

    /**
     * The device is about to go for good: all that goes through it ends, while it still can say so.
     */
    default void removed() {}
  }

  private @Nullable Far far;

  public UplinkDevice(int index, String name) {
    super(index, name, Kind.NONE, 0, MTU);
    // a TUN device's (tun_net_init), which it looks like
    attributes().queueLength = 500;
    attributes().minMtu = 68;
    attributes().maxMtu = MTU;
  }

  /** Connects the far side, or (null) disconnects it. */
  public void far(@Nullable Far value) {
    far = value;
    carrier(value != null);
  }

  @Override
  public @Nullable String type() {
    return TYPE;
  }

  @Override
  public void removing() {
    Far target = far;
    if (target != null) {
      target.removed();
      far(null);
    }
    super.removing();
  }

  /** Its far side serves the namespace in which it was made. */
  @Override
  public boolean isBoundToNamespace() {
    return true;
  }

  @Override
  public int features() {
    return FEATURE_TSO | FEATURE_CSUM;
  }

  @Override
  protected void send(Packet packet) {
    Far target = far;
    if (target == null) {
      statistics.txDropped++;
      packet.drop(DropReason.DEV_READY);
    } else {
      target.receive(packet);
    }
  }
}
