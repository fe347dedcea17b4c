package dev.patchbay.qemu.phy;

/** Is told when a PHY's link comes or goes. */
@FunctionalInterface
public interface LinkListener {
  /**
   * The link has changed.
   *
   * @param mbps 10, 100 or 1000; of the link that was, if it is gone
   */
  void linkChanged(boolean up, int mbps, boolean fullDuplex);
}
