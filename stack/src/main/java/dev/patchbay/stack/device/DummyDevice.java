package dev.patchbay.stack.device;

import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/** A device that leads nowhere (Linux: {@code dummy}): a place for addresses. */
public final class DummyDevice extends NetDevice {
  /** The kind, as {@code ip link add type} names it. */
  public static final String TYPE = "dummy";

  public DummyDevice(int index, String name, long mac) {
    super(index, name, Kind.ETHER, mac, 1500);
    attributes().noArp = true;
    attributes().multicast = false;
  }

  @Override
  public int features() {
    return FEATURE_TSO | FEATURE_CSUM;
  }

  @Override
  public @Nullable String type() {
    return TYPE;
  }

  @Override
  public boolean setsCarrier() {
    return true;
  }

  @Override
  protected void send(Packet packet) {
    packet.release();
  }
}
