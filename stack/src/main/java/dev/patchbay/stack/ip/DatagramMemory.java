package dev.patchbay.stack.ip;

/**
 * What the receive buffers of a namespace's datagram sockets hold together (Linux: {@code
 * udp_mem}): however many sockets there are and however large their buffers, they leave the rest of
 * the pool to the others.
 */
public final class DatagramMemory {
  private final long limit;
  private long used;

  /**
   * @param limit bytes, counted by buffer
   */
  public DatagramMemory(long limit) {
    this.limit = limit;
  }

  /** Bytes in use now. */
  public long used() {
    return used;
  }

  /** The limit in bytes. */
  public long limit() {
    return limit;
  }

  boolean take(int bytes) {
    if (used + bytes > limit) {
      return false;
    }
    used += bytes;
    return true;
  }

  void give(long bytes) {
    used -= bytes;
  }
}
