package dev.patchbay.qemu.device;

/** A level-triggered interrupt line of a device. */
@FunctionalInterface
public interface InterruptLine {
  /**
   * Raises or lowers it. Called when the level changes, and never with the level that it has, at
   * the end of a register access or an event, when the device is at rest: the driver may answer
   * with register accesses at once.
   */
  void set(boolean raised);

  /** A line that leads nowhere. */
  InterruptLine NONE = raised -> {};
}
