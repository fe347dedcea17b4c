package dev.patchbay.stack.device;

import dev.patchbay.stack.packet.DropReason;

/**
 * Counters of one device ({@code rtnl_link_stats64}), and its drops by reason. Plain longs, owned
 * by the loop.
 */
public final class DeviceStatistics {
  public long rxPackets;
  public long rxBytes;
  public long rxErrors;
  public long rxDropped;
  public long rxMulticast;
  public long txPackets;
  public long txBytes;
  public long txErrors;
  public long txDropped;
  private final long[] drops = new long[DropReason.values().length];

  /** Counts a drop that is this device's account: received by it, or to be sent by it. */
  public void dropped(DropReason reason) {
    drops[reason.ordinal()]++;
  }

  /** Packets dropped for this reason. */
  public long drops(DropReason reason) {
    return drops[reason.ordinal()];
  }
}
