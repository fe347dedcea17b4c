package dev.patchbay.stack.netfilter;

/** Packets and bytes that a rule or a policy has seen; bytes from the IP header on. */
public final class Counter {
  public long packets;
  public long bytes;

  public Counter() {}

  public Counter(long packets, long bytes) {
    this.packets = packets;
    this.bytes = bytes;
  }

  /** Counts what was joined on receive as the packets that came. */
  void count(int segments, int octets) {
    packets += Math.max(1, segments);
    bytes += octets;
  }

  /** Back to 0. */
  public void clear() {
    packets = 0;
    bytes = 0;
  }
}
