package dev.patchbay.stack.qdisc;

/** Options of fq_codel. In a request, what is below 0 stays as it was. */
public final class FqCodelOptions implements QdiscOptions {
  /** Packets. */
  public long limit = -1;

  /** Number of queues, 1 to 65536; cannot be changed. */
  public long flows = -1;

  /** Bytes that a flow may send in its turn. */
  public long quantum = -1;

  /** Standing delay that is accepted, µs. */
  public long target = -1;

  /** How long it may be above, µs. */
  public long interval = -1;

  /** Delay above which what knows ECN is marked at once, µs. */
  public long ceThreshold = -1;

  /** What the traffic class, under the mask, must be for that. */
  public int ceSelector = -1;

  public int ceMask = -1;

  /** Bytes of memory. */
  public long memoryLimit = -1;

  /** Packets dropped at once where there is no room. */
  public long dropBatch = -1;

  /** Mark what knows ECN (1) or drop it (0). */
  public int ecn = -1;
}
