package dev.patchbay.backend.daemon;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.time.Timer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Decides when it is worth a warning that the guest at one port does not take its frames. A stall
 * by itself is ordinary: a machine that boots takes none before its driver has opened the card, and
 * one that is busy pauses several times a second. Worth it is a guest that has spoken since it was
 * attached and then takes nothing for {@value #LONG_SECONDS} s on end, once for each such time. On
 * the loop.
 */
final class StallLog {
  /** From the begin of a stall to the warning. */
  static final int LONG_SECONDS = 30;

  private static final long LONG = LONG_SECONDS * 1_000_000_000L;

  private final EventLoop loop;
  private final BooleanSupplier stalled;
  private final LongSupplier framesFromGuest;
  private final Consumer<String> warning;
  private final Timer timer;
  private long framesAtAttach;

  /**
   * @param stalled whether it takes nothing at this moment
   * @param framesFromGuest that it has sent so far, NC-SI included
   * @param warning gets the words, without the port
   */
  StallLog(
      EventLoop loop,
      BooleanSupplier stalled,
      LongSupplier framesFromGuest,
      Consumer<String> warning) {
    this.loop = loop;
    this.stalled = stalled;
    this.framesFromGuest = framesFromGuest;
    this.warning = warning;
    timer = loop.timer(this::isLong);
  }

  /** A machine was plugged in. */
  void attached() {
    framesAtAttach = framesFromGuest.getAsLong();
  }

  /** It has gone. */
  void detached() {
    timer.cancel();
  }

  /** A stall begins; one that was there is over. */
  void begins() {
    timer.arm(loop.now() + LONG);
  }

  private void isLong() {
    if (!stalled.getAsBoolean()) {
      return;
    }
    if (framesFromGuest.getAsLong() == framesAtAttach) {
      begins(); // one that speaks by then takes nothing although it is up
      return;
    }
    warning.accept(
        "the guest has taken no frames for "
            + LONG_SECONDS
            + " s: it hangs, boots again, or has its interface down; where its card hangs, qmp= of"
            + " the attachment repairs it");
  }
}
