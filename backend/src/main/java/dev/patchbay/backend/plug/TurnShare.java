package dev.patchbay.backend.plug;

import dev.patchbay.backend.loop.NettyLoop;

/**
 * How long a port may work in a turn of the loop. Frames are no measure of that: one that leaves by
 * the uplink costs a system call, a short one of a bulk transfer next to nothing. A port that is
 * alone may work on for {@link #ALONE}; where another one had work in this turn or the one before,
 * each gets {@link #CONTENDED}, so that a flood at one port leaves the transfer at another its
 * turn.
 */
final class TurnShare {
  /** Frames of one turn, at most. */
  static final int FRAMES = 256;

  /** Time of a port that has the loop for itself, ns. */
  static final long ALONE = 2_000_000;

  /** Time of a port beside others, ns. */
  static final long CONTENDED = 200_000;

  /** Frames between two looks at the clock; a power of two. */
  private static final int CLOCK = 8;

  private final NettyLoop loop;
  private long turn = -1;
  private int ports;
  private boolean contended;
  private int frames;
  private long end;

  TurnShare(NettyLoop loop) {
    this.loop = loop;
  }

  /** A port begins to work. */
  void begin() {
    long now = loop.turns();
    if (now != turn) {
      contended = now == turn + 1 && ports > 1;
      ports = 0;
      turn = now;
    }
    ports++;
    contended |= ports > 1;
    frames = 0;
    end = System.nanoTime() + (contended ? CONTENDED : ALONE);
  }

  /** The port has worked off that many frames; whether those were its last in this turn. */
  boolean isSpent(int done) {
    int before = frames;
    frames += done;
    return frames >= FRAMES || before / CLOCK != frames / CLOCK && System.nanoTime() - end >= 0;
  }
}
