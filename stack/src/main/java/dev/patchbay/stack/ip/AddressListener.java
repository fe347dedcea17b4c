package dev.patchbay.stack.ip;

import dev.patchbay.stack.device.NetDevice;

/** Is told what happens to addresses ({@code RTM_NEWADDR}, {@code RTM_DELADDR}). On the loop. */
@FunctionalInterface
public interface AddressListener {
  /** An address is there, was changed, or (gone) is no more; it may look, not change. */
  void address(NetDevice device, InterfaceAddress own, boolean gone);
}
