package dev.patchbay.backend.daemon;

import dev.patchbay.backend.sys.ProcessSignal;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * SIGHUP, which is logged; SIGTERM and SIGINT, through the JVM's shutdown hook. The JVM would
 * report 143 or 130; ended as asked is 0, so the hook waits for the orderly end and halts with that
 * status.
 */
public final class Signals {
  /** The hook gives up waiting after this. */
  private static final long PATIENCE_SECONDS = 4;

  private static final Logger LOG = LogManager.getLogger("patchbay");

  private Signals() {}

  /** SIGHUP, which would end the JVM: it is to read the configuration again, which is to come. */
  static void onHangup() {
    ProcessSignal.handle(
        "HUP",
        () ->
            LOG.warn(
                "SIGHUP: reading the configuration again is not supported yet; nothing is changed,"
                    + " a restart takes a new one"));
  }

  /**
   * Calls {@code action} once when the process is asked to end.
   *
   * @return to be told the exit status when the orderly end is over
   */
  public static IntConsumer onTermination(Runnable action) {
    CountDownLatch over = new CountDownLatch(1);
    AtomicInteger status = new AtomicInteger();
    Thread hook =
        new Thread(
            () -> {
              if (over.getCount() == 0) {
                return;
              }
              action.run();
              try {
                over.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(status.get());
            },
            "end");
    Runtime.getRuntime().addShutdownHook(hook);
    return value -> {
      status.set(value);
      // where a signal asked for the end the hook is waiting for this; else it finds it done at the
      // exit
      over.countDown();
    };
  }
}
