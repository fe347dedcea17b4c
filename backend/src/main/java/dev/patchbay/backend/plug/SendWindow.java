package dev.patchbay.backend.plug;

/**
 * Bounds the frames that a guest has not read, since QEMU takes all that one read gives it, and
 * drops without a word what exceeds the card's free descriptors. Without I/O: the plug asks the
 * kernel (SIOCOUTQ) and says what it heard.
 *
 * <p>{@value #START} frames may be outstanding at first: half the receive ring of Linux' FTGMAC100
 * driver, four times TCP's initial window. A peer that has read a whole window within {@link
 * #QUICK_NANOS} gets twice as many next time, up to {@value #MOST}: a program that reads as fast as
 * it can is not held up. One that has read nothing for {@link #STALL_NANOS} has stalled: it gets
 * {@value #START} again, and no more for {@link #HOLD_NANOS}.
 */
final class SendWindow {
  /** Frames outstanding at the start and after a stall. */
  static final int START = 64;

  /** Most frames outstanding. */
  static final int MOST = 2048;

  /**
   * A window that is read within this time was read at once: a tick of the timer wheel, and one
   * more.
   */
  static final long QUICK_NANOS = 2_000_000;

  /** Unread for so long is a stall; well above what a busy host takes to schedule QEMU. */
  static final long STALL_NANOS = 20_000_000;

  /** How long the window does not grow after a stall. */
  static final long HOLD_NANOS = 10_000_000_000L;

  private int window = START;
  private int outstanding;
  private boolean waiting;
  private boolean stalled;
  private long waitingSince;
  private long growAfter = Long.MIN_VALUE;

  /** Frames that may be sent now without a question to the kernel. */
  int allowed() {
    return Math.max(0, window - outstanding);
  }

  /** Says that {@code frames} were begun. */
  void sent(int frames) {
    outstanding += frames;
  }

  /**
   * The window is used up; {@code unread} is what the kernel says of the bytes that the peer has
   * not read.
   */
  void used(long now, int unread) {
    if (unread <= 0) {
      if (now >= growAfter && (!waiting || now - waitingSince <= QUICK_NANOS)) {
        window = Math.min(window * 2, MOST);
      }
      outstanding = 0;
      waiting = false;
      stalled = false;
      return;
    }
    if (!waiting) {
      waiting = true;
      waitingSince = now;
    } else if (!stalled && now - waitingSince >= STALL_NANOS) {
      stalled = true;
      window = START;
    }
    if (stalled) {
      growAfter = now + HOLD_NANOS;
    }
  }

  /** A new peer. */
  void reset() {
    window = START;
    outstanding = 0;
    waiting = false;
    stalled = false;
    growAfter = Long.MIN_VALUE;
  }
}
