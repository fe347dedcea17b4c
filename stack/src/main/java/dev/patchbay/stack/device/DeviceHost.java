package dev.patchbay.stack.device;

/**
 * The namespace in which a device is registered, as devices see it that change others with
 * themselves: a VLAN follows its lower device up and down, the ends of a veth go together.
 */
public interface DeviceHost extends FrameHandler, LinkListener {
  /** Sets a device up or down, with what that does to addresses and routes. */
  void setUp(NetDevice device, boolean up);

  /** Takes a device away. */
  void remove(NetDevice device);
}
