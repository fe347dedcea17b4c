package dev.patchbay.backend.monitor;

/**
 * When a guest's card is to be repaired by {@code stop} and {@code cont}, which flushes QEMU's
 * packet queues and costs the guest some milliseconds. Without I/O or clock: times are the loop's,
 * in ns.
 *
 * <ul>
 *   <li>{@link Cause#RECEIVE}: the FTGMAC100 of QEMU, whose ring was full, takes frames again only
 *       after the guest has sent one. Seen by a plug that is stalled for {@link #PATIENCE}. Again
 *       while it lasts, in intervals that grow from {@link #FIRST_PAUSE} to {@link #LONGEST_PAUSE},
 *       since a guest that is merely slow looks the same.
 *   <li>{@link Cause#TRANSMIT}: a netdev whose peer left while a write was pending never sends
 *       again, also to the next peer. Seen by a guest that says nothing after it was attached, for
 *       {@link #SILENCE}; at the daemon's first attachment for {@link #FIRST_SILENCE}, since a
 *       machine that boots is silent too. Once for each attachment: what hung is then sent.
 * </ul>
 */
public final class RepairPolicy {
  /** A stall that lasts so long is to be repaired, ns. */
  public static final long PATIENCE = 400_000_000L;

  /** Least time between two repairs, ns. */
  public static final long FIRST_PAUSE = 1_000_000_000L;

  /** Most time between two repairs of one stall, and what makes a stall a new one, ns. */
  public static final long LONGEST_PAUSE = 60_000_000_000L;

  /** Silence of a guest that is attached again, ns. */
  public static final long SILENCE = 1_000_000_000L;

  /** Silence of a guest that is attached for the first time, ns. */
  public static final long FIRST_SILENCE = 10_000_000_000L;

  /** What is repaired. */
  public enum Cause {
    /** The card takes no frames. */
    RECEIVE,
    /** The netdev sends none. */
    TRANSMIT
  }

  private static final long NEVER = Long.MAX_VALUE;

  private long stalledAt = NEVER;
  private long silentUntil = NEVER;
  private long framesAtAttach;
  private boolean attachedBefore;
  private long repairedAt;
  private boolean repaired;
  private long pause = FIRST_PAUSE;

  /**
   * A machine was attached.
   *
   * @param frames that the guest has sent so far
   * @param stream whether the cable is one that can die of a peer's leaving
   */
  public void attached(long now, long frames, boolean stream) {
    framesAtAttach = frames;
    silentUntil = stream ? now + (attachedBefore ? SILENCE : FIRST_SILENCE) : NEVER;
    attachedBefore = true;
  }

  /** The machine has gone. */
  public void detached() {
    silentUntil = NEVER;
    stalledAt = NEVER;
  }

  /** The plug says that the machine does not read. */
  public void stalled(long now) {
    if (stalledAt == NEVER) {
      stalledAt = now;
    }
  }

  /** When {@link #due} is to be asked next; {@link Long#MAX_VALUE} for never. */
  public long deadline() {
    long receive = stalledAt == NEVER ? NEVER : stalledAt + PATIENCE;
    if (receive != NEVER && repaired) {
      receive = Math.max(receive, repairedAt + pause);
    }
    return Math.min(receive, silentUntil);
  }

  /**
   * What is to be repaired now, or null. A repair that was carried out is to be told by {@link
   * #repaired}.
   *
   * @param stalled whether the plug is stalled at this moment
   * @param frames that the guest has sent so far
   */
  public @org.jspecify.annotations.Nullable Cause due(long now, boolean stalled, long frames) {
    if (!stalled) {
      stalledAt = NEVER;
    }
    if (frames != framesAtAttach) {
      silentUntil = NEVER;
    }
    if (stalledAt != NEVER && now >= stalledAt + PATIENCE && (!repaired || now >= next())) {
      return Cause.RECEIVE;
    }
    return now >= silentUntil ? Cause.TRANSMIT : null;
  }

  private long next() {
    return repairedAt + pause;
  }

  /** A repair was tried; {@code done} is false where it could not be, so that it is due again. */
  public void repaired(long now, Cause cause, boolean done) {
    if (cause == Cause.TRANSMIT) {
      silentUntil = done ? NEVER : now + SILENCE;
    }
    boolean sameStall = repaired && now - repairedAt < LONGEST_PAUSE + pause;
    pause = !done || !sameStall ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
    repaired = true;
    repairedAt = now;
  }
}
