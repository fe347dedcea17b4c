package dev.patchbay.backend.daemon;

import dev.patchbay.backend.cli.Io;
import dev.patchbay.backend.config.DaemonConfig;
import dev.patchbay.backend.sys.Descendants;
import dev.patchbay.backend.sys.ProcessSignal;
import dev.patchbay.backend.sys.SysException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The command after {@code --} and all that it has started.
 *
 * <p>It stays in our process group, since another one could not read the terminal ({@code -serial
 * stdio}), so a signal to its group is no way to end it. Its processes are found as our descendants
 * instead, those whose parent has ended among them: a shell dies of Ctrl-C at once, while what it
 * runs in the background does not hear of it.
 */
final class CommandTree {
  /** Exit status of a shell for a command that is not there, and for one that cannot be run. */
  private static final int NOT_FOUND = 127;

  private static final int NOT_RUNNABLE = 126;

  /** Statuses above this tell of a signal: 128 and its number. */
  private static final int SIGNALLED = 128;

  /** Linux's last signal. Statuses above 192, as ssh's 255, are a program's own. */
  private static final int LAST_SIGNAL = 64;

  /** From SIGTERM to SIGKILL: all has to end within 2 s. */
  private static final long GRACE_MILLIS = 1_000;

  /** How long SIGKILL is repeated, for what is forked while the others are killed. */
  private static final long KILL_MILLIS = 200;

  private static final long POLL_MILLIS = 20;
  private static final Logger LOG = LogManager.getLogger("patchbay");

  private final Process process;
  private final Supplier<List<ProcessHandle>> living;
  private final Set<ProcessHandle> asked = new HashSet<>();
  private final Set<ProcessHandle> killed = new HashSet<>();

  /**
   * A command that runs.
   *
   * @param living tells all processes that are to end with us and have not ended
   */
  CommandTree(Process process, Supplier<List<ProcessHandle>> living) {
    this.process = process;
    this.living = living;
  }

  /**
   * Starts it.
   *
   * @param control our control socket, told in {@code PATCHBAY_CONTROL}
   * @param ended gets its exit status when it ends; 127 where there is no such command, 126 where
   *     it cannot be run
   * @return null where it could not be started
   */
  static @Nullable CommandTree start(DaemonConfig config, Path control, Io io, IntConsumer ended) {
    List<String> command = config.command();
    List<String> words = new ArrayList<>();
    if (config.capturesToStandardOutput()) {
      // a shell, since only it can give the very descriptor 2, which may be a socket, twice
      words.addAll(List.of("/bin/sh", "-c", "exec \"$@\" >&2", "sh"));
    }
    words.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(words).inheritIO();
    // it is our readiness that is told, not the command's
    builder.environment().remove("NOTIFY_SOCKET");
    builder.environment().put("PATCHBAY_CONTROL", control.toString());
    try {
      Descendants.adopt();
    } catch (SysException e) {
      LOG.warn("{}: what COMMAND leaves behind will not be ended with it", e.getMessage());
    }
    try {
      Process process = builder.start();
      ProcessSignal.handle("CHLD", () -> Descendants.reap(process.pid()));
      process.onExit().thenAccept(p -> ended.accept(p.exitValue()));
      return new CommandTree(process, () -> Descendants.living(process.pid()));
    } catch (IOException e) {
      ended.accept(failed(command.getFirst(), io));
      return null;
    }
  }

  /** Says why a command could not be started; the JDK's own message tells a number. */
  private static int failed(String word, Io io) {
    List<Path> places = new ArrayList<>();
    if (word.contains("/")) {
      places.add(io.cwd().resolve(word));
    } else {
      Arrays.stream(io.env().getOrDefault("PATH", "").split(File.pathSeparator, -1))
          .forEach(folder -> places.add(io.cwd().resolve(folder).resolve(word)));
    }
    for (Path place : places) {
      if (Files.exists(place)) {
        String why =
            Files.isRegularFile(place) && Files.isExecutable(place)
                ? "is no program that this machine can run"
                : "is not executable";
        return io.fail("-- " + word + ": " + place + " " + why, NOT_RUNNABLE);
      }
    }
    String where = word.contains("/") ? "no such file" : "not found in PATH";
    return io.fail("-- " + word + ": " + where + "; expected a command", NOT_FOUND);
  }

  /**
   * Ends all while {@code closing} runs: SIGTERM before it, SIGKILL after a second, even where
   * {@code closing} takes longer or fails; both have ended when this returns. What a command left
   * when it ended by itself lives on, as with a shell; but not where it ended by a signal.
   *
   * @param asked whether it was a signal to us that asked for the end: COMMAND may have heard it
   *     too, and have ended before us in its own way
   */
  void endBeside(boolean asked, Runnable closing) {
    if (!asked && !process.isAlive() && !isSignal(process.exitValue())) {
      closing.run();
      return;
    }
    ask();
    // a thread of its own, since it must not wait for a closing that hangs
    Thread end = Thread.ofPlatform().daemon().name("command-end").start(this::end);
    try {
      closing.run();
    } finally {
      try {
        end.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static boolean isSignal(int status) {
    return status > SIGNALLED && status <= SIGNALLED + LAST_SIGNAL;
  }

  /** SIGTERM to those that have not got it; tells all that live. */
  private List<ProcessHandle> ask() {
    List<ProcessHandle> all = living.get();
    for (ProcessHandle handle : all) {
      if (asked.add(handle)) {
        handle.destroy();
      }
    }
    return all;
  }

  /** Waits until all that was asked has ended, for a second, then kills. */
  private void end() {
    try {
      long began = System.nanoTime();
      // what a process forked in its last moments is asked as well
      for (List<ProcessHandle> all = ask(); !all.isEmpty(); all = ask()) {
        if (System.nanoTime() - began > TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS)) {
          kill(all);
          return;
        }
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void kill(List<ProcessHandle> first) throws InterruptedException {
    long began = System.nanoTime();
    for (List<ProcessHandle> all = first; !all.isEmpty(); all = living.get()) {
      if (System.nanoTime() - began > TimeUnit.MILLISECONDS.toNanos(KILL_MILLIS)) {
        all.forEach(handle -> LOG.warn("process {} lives on after SIGKILL", handle.pid()));
        return;
      }
      all.forEach(this::kill);
      Thread.sleep(POLL_MILLIS);
    }
  }

  private void kill(ProcessHandle handle) {
    String command = handle.info().command().orElse("?");
    if (killed.add(handle)) {
      LOG.warn("process {} ({}) did not end on SIGTERM: killed", handle.pid(), command);
    }
    handle.destroyForcibly();
  }
}
