package dev.patchbay.stack.device;

import dev.patchbay.stack.packet.Packet;

/**
 * The place of a device under a master: what a bridge, or another device that takes all frames of
 * its ports, keeps about one of them (Linux: {@code rx_handler}, {@code rx_handler_data} and the
 * upper link of {@code netdev_master_upper_dev_link}). A device has at most one.
 */
public interface MasterPort {
  /** The device that it is a port of. */
  NetDevice master();

  /** Takes a frame that came in by the port, counted and shown. */
  void receive(Packet packet);

  /** {@link NetDevice#isUp} or {@link NetDevice#hasCarrier} of the port changed. */
  void linkChanged();

  /** Its MTU changed. */
  void mtuChanged();

  /** Its Ethernet address changed; {@code before} was it. */
  void addressChanged(long before);

  /** Its name changed. */
  default void nameChanged() {}

  /** Whether the master wants all frames of it, whomever they are for. */
  default boolean isPromiscuous() {
    return true;
  }

  /** Whether the master wants all frames to groups. */
  default boolean isAllMulticast() {
    return true;
  }

  /** Takes the port away from its master ({@code nomaster}). */
  void remove();
}
