package dev.patchbay.stack.qdisc;

/**
 * Counters of one qdisc ({@code gnet_stats_basic}, {@code gnet_stats_queue}), those of its children
 * included. Plain numbers, owned by the loop.
 */
public final class QdiscStatistics {
  /** Bytes and packets that left, segments and their headers counted each. */
  public long bytes;

  public long packets;

  /** Packets dropped. */
  public long drops;

  /** How often a packet had to wait for its rate. */
  public long overlimits;

  /** Packets put before others; netem counts those that it reorders. */
  public long requeues;

  /** Bytes and packets that wait now. */
  public long backlog;

  public int queueLength;
}
