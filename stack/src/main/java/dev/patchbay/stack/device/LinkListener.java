package dev.patchbay.stack.device;

/** Is told what happens to the devices of a namespace. On the loop; it may look, not change. */
@FunctionalInterface
public interface LinkListener {
  void linkEvent(NetDevice device, LinkEvent event);
}
