package dev.patchbay.it;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeoutException;

/** A command that runs in the background of a guest, as a session of its own. */
public final class Background {
  private final Guest guest;
  private final String command;
  private final String files;

  private Background(Guest guest, String command, String files) {
    this.guest = guest;
    this.command = command;
    this.files = files;
  }

  static Background start(Guest guest, int id, String command)
      throws IOException, InterruptedException, TimeoutException {
    String files = "/tmp/.background-" + id;
    guest.put(command + "\n", files);
    String script =
        "echo $$ >F.pid; sh F >F.out 2>&1 </dev/null; echo $? >F.tmp; mv F.tmp F.exit"
            .replace("F", files);
    // Waits for its process id, since stop() may be the next that is asked for.
    String started = "; while [ ! -s " + files + ".pid ]; do sleep 0.05; done";
    guest.run("setsid sh -c '" + script + "' >/dev/null 2>&1 </dev/null & true" + started).ok();
    return new Background(guest, command, files);
  }

  /** What it printed so far, standard error included. */
  public String output() throws IOException, InterruptedException, TimeoutException {
    return guest.run("cat " + files + ".out 2>/dev/null").output();
  }

  /** Its exit status; empty while it runs. */
  public OptionalInt status() throws IOException, InterruptedException, TimeoutException {
    Result result = guest.run("cat " + files + ".exit 2>/dev/null");
    return result.succeeded()
        ? OptionalInt.of(Integer.parseInt(result.output().strip()))
        : OptionalInt.empty();
  }

  /**
   * Waits for its end.
   *
   * @throws TimeoutException if it runs longer; the message holds its output
   */
  public Result await(Duration limit) throws IOException, InterruptedException, TimeoutException {
    long end = System.nanoTime() + limit.toNanos();
    OptionalInt status = status();
    while (status.isEmpty()) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException(
            "still running after " + limit + ": " + command + "\n" + output());
      }
      Thread.sleep(200);
      status = status();
    }
    return new Result(command, status.getAsInt(), output(), "");
  }

  /**
   * Ends it and its children by SIGTERM; its status is then 143. One that has ended is left alone.
   */
  public void stop() throws IOException, InterruptedException, TimeoutException {
    // No "--" before the group: the shell of busybox takes it for a number.
    String script = "[ -e F.exit ] || { kill -TERM -$(cat F.pid) && echo 143 >F.exit; }";
    guest.run(script.replace("F", files)).ok();
  }
}
