package dev.patchbay.it.kernel;

import dev.patchbay.backend.sys.NativeBuffer;
import dev.patchbay.backend.sys.Tap;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.socket.Errno;

/**
 * A link between two TAPs: each direction loses by chance, then has a rate and a queue that drops
 * what does not fit, then a delay. The n-th IPv4 packet of a direction meets the same fate with the
 * same seed, whoever sends it; ARP and the like always pass.
 *
 * <p>A thread of its own, in the kernel's first-in-first-out class, so that a busy machine does not
 * shake the delay. It sleeps until something comes or is due.
 */
final class LossyCable implements AutoCloseable {
  /** Frames in a direction, waiting and on their way; of full length more than any cell needs. */
  private static final int SLOTS = 8192;

  private static final int SLOT = 2048;
  private static final int BURST = 64;
  private static final int ETHER_TYPE = 12;
  private static final int IPV4 = 0x0800;

  /** What comes later than this is counted, ns. */
  private static final long LATE = 200_000;

  private static final long LONGEST_SLEEP = 50_000_000;

  private final Direction ab;
  private final Direction ba;
  private final Thread thread;
  private volatile boolean stopped;
  private volatile String failure = "";

  /** Joins two interfaces, which stay the caller's. What waits in them is thrown away first. */
  LossyCable(Cell cell, long seed, Tap a, Tap b) {
    RandomSource random = new RandomSource(seed);
    ab = new Direction(cell, a, b, random.derive("a to b"));
    ba = new Direction(cell, b, a, random.derive("b to a"));
    thread = Thread.ofPlatform().daemon().name("cable " + cell).start(this::run);
  }

  private void run() {
    try (Poller poller = new Poller(ab.from.fd(), ba.from.fd())) {
      Poller.beFirst();
      while (!stopped) {
        long now = System.nanoTime();
        long next = Math.min(ab.deliver(now), ba.deliver(now));
        poller.await(Math.clamp(next - System.nanoTime(), 0, LONGEST_SLEEP));
        ab.take(System.nanoTime());
        ba.take(System.nanoTime());
      }
    } catch (RuntimeException e) {
      failure = e.toString();
    }
  }

  /**
   * Stops carrying.
   *
   * @throws IllegalStateException if it had failed before
   */
  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the cable may go on", e);
    }
    ab.slots.close();
    ba.slots.close();
    if (!failure.isEmpty()) {
      throw new IllegalStateException("cable: " + failure);
    }
  }

  /** From the first interface to the second; to be read after {@link #close}. */
  Direction forth() {
    return ab;
  }

  /** From the second to the first. */
  Direction back() {
    return ba;
  }

  /** One direction; the thread's. */
  static final class Direction {
    long packets;
    long lost;
    long overflowed;
    long late;
    long latest;

    private final Cell cell;
    private final Tap from;
    private final Tap to;
    private final RandomSource fate;
    private final double loss;
    private final NativeBuffer slots = new NativeBuffer(SLOTS * SLOT);
    private final int[] length = new int[SLOTS];
    private final long[] due = new long[SLOTS];
    private int head;
    private int count;
    private long busyUntil;

    Direction(Cell cell, Tap from, Tap to, RandomSource fate) {
      this.cell = cell;
      this.from = from;
      this.to = to;
      this.fate = fate;
      this.loss = cell.loss() / 100;
      while (from.read(slots, 0, SLOT) > 0) {
        // of an earlier connection
      }
      busyUntil = System.nanoTime();
    }

    /** Takes what has come in. */
    void take(long now) {
      for (int i = 0; i < BURST && count < SLOTS; i++) {
        int slot = head + count & SLOTS - 1;
        int at = slot * SLOT;
        int n = from.read(slots, at, SLOT);
        if (n == -Errno.EAGAIN || n == -Errno.EINTR) {
          return;
        }
        if (n <= 0) {
          throw new IllegalStateException(from.name() + ": " + Errno.text(-n));
        }
        if (admit(slots.getShortBE(at + ETHER_TYPE) == IPV4, n, now)) {
          length[slot] = n;
          due[slot] = busyUntil + cell.delay();
          count++;
        }
      }
    }

    private boolean admit(boolean ip, int bytes, long now) {
      if (ip) {
        packets++;
        if (fate.nextDouble() < loss) {
          lost++;
          return false;
        }
      }
      long backlog = Math.max(0, busyUntil - now) * (Cell.RATE / 8) / 1_000_000_000L;
      if (backlog > 0 && backlog + bytes > cell.queue()) {
        overflowed++;
        return false;
      }
      busyUntil = Math.max(busyUntil, now) + bytes * 8_000_000_000L / Cell.RATE;
      return true;
    }

    /** Hands out what is due; returns when the next one is, {@link Long#MAX_VALUE}: none waits. */
    long deliver(long now) {
      while (count > 0 && due[head] - now <= 0) {
        long behind = now - due[head];
        late += behind > LATE ? 1 : 0;
        latest = Math.max(latest, behind);
        int n = to.write(slots, head * SLOT, length[head]);
        if (n < 0) {
          throw new IllegalStateException(to.name() + ": " + Errno.text(-n));
        }
        head = head + 1 & SLOTS - 1;
        count--;
      }
      return count > 0 ? due[head] : Long.MAX_VALUE;
    }
  }
}
