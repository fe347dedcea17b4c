package dev.patchbay.backend.plug;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.time.Timer;
import java.util.function.IntSupplier;

/**
 * Sees that a machine reads nothing although something lies before it, however little that is: a
 * card whose receive ring was full once may never read again (the FTGMAC100 of QEMU), and what is
 * sent to it then may be a single SYN a second.
 *
 * <p>It asks the kernel for the unread bytes (SIOCOUTQ) {@value #INTERVAL} ns after something was
 * sent, and again as long as there are some. Since the kernel counts its own overhead, what was
 * read in the meantime is known only by looking before and after each write; that is done from the
 * first look that finds unread bytes to the first that finds fewer.
 */
final class StallWatch {
  /** Between two looks, ns; a machine that has read nothing in a whole one has stalled. */
  static final long INTERVAL = 100_000_000;

  private final EventLoop loop;
  private final IntSupplier unread;
  private final Runnable listener;
  private final Timer timer;
  private boolean probing;
  private boolean stalled;
  private int before;
  private long since;

  /**
   * @param unread bytes that the machine has not read, 0 or less for none
   * @param listener told at the begin of each stall
   */
  StallWatch(EventLoop loop, IntSupplier unread, Runnable listener) {
    this.loop = loop;
    this.unread = unread;
    this.listener = listener;
    timer = loop.timer(this::look);
  }

  /** Something is about to be written. */
  void beforeWrite() {
    if (probing && unread.getAsInt() < before) {
      moved();
    }
  }

  /** Something was written. */
  void afterWrite() {
    if (probing) {
      before = unread.getAsInt();
    }
    if (!timer.isArmed()) {
      timer.arm(loop.now() + INTERVAL);
    }
  }

  private void moved() {
    probing = false;
    stalled = false;
  }

  private void look() {
    int now = unread.getAsInt();
    if (now <= 0) {
      moved();
      return;
    }
    if (!probing || now < before) {
      moved();
      probing = true;
      since = loop.now();
    } else if (!stalled && loop.now() - since >= INTERVAL) {
      stalled = true;
      listener.run();
    }
    before = now;
    timer.arm(loop.now() + INTERVAL);
  }

  /** Whether the machine reads nothing now. */
  boolean stalled() {
    return stalled;
  }

  /** The machine has gone. */
  void reset() {
    moved();
    timer.cancel();
  }
}
