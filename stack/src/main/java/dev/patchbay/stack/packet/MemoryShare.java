package dev.patchbay.stack.packet;

/**
 * The account of one port in a {@link PacketPool}: what its guest's frames pin, and what TCP holds
 * to send to its guest. Packets under way to the guest are nobody's; the port's queue bounds them.
 *
 * <p>While less than half of the pool is in use a port may take what it likes. Beyond, each of
 * <i>n</i> ports may hold up to the <i>n</i>-th part of the other half, so that one that hoards
 * never takes what the next one needs to go on: every port is sure of {@code limit / 2n}.
 */
public final class MemoryShare {
  private final PacketPool pool;
  private long used;
  private long refused;
  private boolean closed;

  MemoryShare(PacketPool pool) {
    this.pool = pool;
  }

  /** Bytes in use now. */
  public long used() {
    return used;
  }

  /** How often it got nothing because of its own use, while others still would have. */
  public long refused() {
    return refused;
  }

  /** Ends the account. What it still pins goes back to the pool when it is released. */
  public void close() {
    if (!closed) {
      closed = true;
      pool.forgetShare();
    }
  }

  boolean take(int bytes) {
    if (pool.isScarce(bytes) && used + bytes > pool.shareLimit()) {
      refused++;
      return false;
    }
    used += bytes;
    return true;
  }

  void give(int bytes) {
    used -= bytes;
  }
}
