package dev.patchbay.backend.monitor;

import java.util.Map;

/** Is told what a {@link GuestMonitor} sees and does, on the loop and within a turn. */
public interface MonitorListener {
  /**
   * A connection to QEMU's monitor stands, or has ended.
   *
   * @param detail QEMU's version, or why it ended
   */
  void monitor(String port, boolean connected, String detail);

  /**
   * The guest's card was repaired by {@code stop} and {@code cont}.
   *
   * @param count how often so far
   */
  void repaired(String port, RepairPolicy.Cause cause, long count);

  /** QEMU tells of something that concerns the whole machine: RESET, STOP, SHUTDOWN, … */
  void qemu(String port, String event, Map<String, Object> data);

  /** The guest's cable was pulled or plugged by {@code set_link}. */
  void link(String port, boolean up);
}
