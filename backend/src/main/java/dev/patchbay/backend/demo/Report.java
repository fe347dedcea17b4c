package dev.patchbay.backend.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * What the user sees: one line for each step, with a tick, what was shown, how long it took and the
 * figure measured. On a terminal a running step shows its seconds in place; elsewhere a slow one
 * tells of itself before and every ten seconds.
 */
final class Report implements AutoCloseable {
  private static final int WHAT = 28;
  private static final int WIDTH = 100;
  private static final int QUIET_SECONDS = 10;

  /** From here on a step is slow: its estimate is told. */
  private static final int SLOW_SECONDS = 2;

  /** A step; its text is the figure to show. */
  interface Step {
    String run() throws IOException, InterruptedException, TimeoutException;
  }

  /** What could not be shown here, for a reason that lies in this machine; no failure. */
  static final class Unshown extends IOException {
    private static final long serialVersionUID = 1;

    Unshown(String message) {
      super(message);
    }
  }

  private final PrintStream out;
  private final boolean terminal;
  private final String tick;
  private final long start = System.nanoTime();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("progress").factory());
  private int passed;
  private int unshown;

  /**
   * Begins.
   *
   * @param terminal whether {@code out} is one
   * @param unicode whether its reader knows UTF-8
   */
  Report(PrintStream out, boolean terminal, boolean unicode) {
    this.out = out;
    this.terminal = terminal;
    this.tick = unicode ? "✔ " : "ok ";
  }

  /** A line of its own. */
  synchronized void say(String text) {
    out.println(text);
    out.flush();
  }

  /**
   * Runs a step.
   *
   * @param what what it shows
   * @param estimate seconds that it is expected to take
   * @param detail what is going on, for a step of minutes; may be empty
   * @return whether it was shown: false if it threw {@link Unshown}
   * @throws IOException what the step threw; its line is printed by then
   */
  boolean step(String what, int estimate, Supplier<String> detail, Step step)
      throws IOException, InterruptedException, TimeoutException {
    long begin = System.nanoTime();
    if (estimate >= SLOW_SECONDS && !terminal) {
      say("   " + what + ": about " + estimate + " s");
    }
    int period = terminal ? 1 : QUIET_SECONDS;
    var progress =
        clock.scheduleAtFixedRate(
            () -> progress(what, estimate, begin, detail.get()),
            terminal ? 0 : period,
            period,
            TimeUnit.SECONDS);
    try {
      String figure = step.run();
      progress.cancel(false);
      passed++;
      line(tick, what, seconds(begin), figure);
      return true;
    } catch (Unshown e) {
      progress.cancel(false);
      unshown++;
      line("-  ", what, "", "not shown: " + e.getMessage());
      return false;
    } catch (IOException | TimeoutException | InterruptedException e) {
      progress.cancel(false);
      line("FAILED ", what, seconds(begin), "");
      throw e;
    }
  }

  /** As {@link #step(String, int, Supplier, Step)}, of a step that needs no detail. */
  boolean step(String what, int estimate, Step step)
      throws IOException, InterruptedException, TimeoutException {
    return step(what, estimate, () -> "", step);
  }

  private synchronized void progress(String what, int estimate, long begin, String detail) {
    String text = "   " + what + ": " + seconds(begin) + " of about " + estimate + " s  " + detail;
    if (terminal) {
      out.print("\r\033[K" + (text.length() < WIDTH ? text : text.substring(0, WIDTH)));
      out.flush();
    } else {
      say(text);
    }
  }

  private synchronized void line(String mark, String what, String time, String figure) {
    String text = mark + what + " ".repeat(Math.max(1, WHAT - what.length()));
    text += String.format(Locale.ROOT, "%7s   %s", time, figure);
    say((terminal ? "\r\033[K" : "") + text.stripTrailing());
  }

  /** Seconds since a moment, with one digit. */
  private static String seconds(long begin) {
    return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - begin) / 1e9);
  }

  /** The last line: how much was shown, and in which time. */
  String summary() {
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    String text = "All " + passed + " steps passed in " + time.toSeconds() + " s";
    return unshown == 0 ? text + "." : text + "; " + unshown + " could not be shown here.";
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
