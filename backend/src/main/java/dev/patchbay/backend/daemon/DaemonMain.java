package dev.patchbay.backend.daemon;

import dev.patchbay.backend.cli.DaemonStarter;
import dev.patchbay.backend.cli.Io;
import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DaemonConfig;
import dev.patchbay.backend.config.InstanceDirs;
import dev.patchbay.backend.config.InstanceException;
import dev.patchbay.backend.config.InstanceLock;
import dev.patchbay.backend.control.ControlServer;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.plug.Plug;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.LogManager;
import org.jspecify.annotations.Nullable;

/** {@code patchbay run}: the process around a {@link Daemon}. */
public final class DaemonMain implements DaemonStarter {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  /** How long the end may take: SIGTERM ends within 2 s. */
  private static final long END_SECONDS = 2;

  @Override
  public int run(DaemonConfig config, Rereader reread, Io io) {
    String unsupported = unsupported(config);
    if (unsupported != null) {
      return io.fail(unsupported, USAGE);
    }
    Logging.start(config.log());
    try {
      InstanceDirs dirs = InstanceDirs.ofThisUser(io.env());
      try (InstanceLock lock = dirs.acquire(config.instance())) {
        return run(config, io, dirs, lock);
      }
    } catch (InstanceException e) {
      return io.fail(e.getMessage(), InstanceException.EXIT_STATUS);
    } catch (IOException e) {
      return io.fail(String.valueOf(e.getMessage()), FAILED);
    }
  }

  /** What the options can say and this version does not do: refused, never ignored. */
  private static @Nullable String unsupported(DaemonConfig config) {
    if (!config.captures().isEmpty()) {
      return config.captures().getFirst().source().where() + ": capturing is not supported yet";
    }
    if (!config.exec().isEmpty()) {
      return config.exec().getFirst().label() + ": commands at start are not supported yet";
    }
    boolean qmp = config.attachments().stream().anyMatch(a -> a.qmp() != null);
    return qmp ? "qmp= is not supported yet" : null;
  }

  private static int run(DaemonConfig config, Io io, InstanceDirs dirs, InstanceLock lock)
      throws IOException {
    long seed = config.seed().orElseGet(() -> new SecureRandom().nextLong() >>> 16);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ExecutorService files = Executors.newSingleThreadExecutor(task -> thread(task, "files"));
    Path dir = lock.dir();
    try (NettyLoop loop = new NettyLoop("patchbay")) {
      Listeners listeners = new Listeners(dirs, files, System::nanoTime);
      Daemon daemon;
      try {
        daemon = new Daemon(loop, config, seed, dir, files, listeners);
      } catch (ConfigException e) {
        return io.fail(e.getMessage(), ConfigException.EXIT_STATUS);
      }
      try {
        loop.submit(() -> opened(daemon, config, dir)).join();
      } catch (CompletionException e) {
        loop.submit(() -> closed(daemon)).join();
        return io.fail(String.valueOf(cause(e).getMessage()), FAILED);
      }
      lock.publish(addresses(daemon));
      // whoever had this name before is dead, or the lock would not be ours
      Files.deleteIfExists(lock.control());
      ControlServer control =
          ControlServer.open(
              loop.group(), loop::enter, lock.control(), new Model(daemon), daemon.events());
      Runnable forgetHook = Signals.onTermination(() -> end.complete(0));
      String line = loop.submit(() -> Ready.line(daemon, lock, seed)).join();
      Path readyFile = config.instance().readyFile();
      if (readyFile != null) {
        Ready.write(readyFile, line);
      }
      io.out().println(line);
      io.out().flush();
      @Nullable Process child = start(config.command(), lock, io, end);
      int status = end.join();
      control.close();
      close(daemon, loop, files, child);
      forgetHook.run();
      return status;
    } finally {
      files.shutdown();
    }
  }

  private static Thread thread(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private static boolean opened(Daemon daemon, DaemonConfig config, Path dir) throws IOException {
    daemon.open(config, dir);
    return true;
  }

  private static boolean closed(Daemon daemon) {
    daemon.close();
    return true;
  }

  private static Throwable cause(Throwable e) {
    Throwable cause = e.getCause();
    return cause == null ? e : cause;
  }

  private static List<String> addresses(Daemon daemon) {
    return daemon.plugs().stream().map(Plug::address).toList();
  }

  /** Starts the command after {@code --}; its end ends the daemon with its status. */
  private static @Nullable Process start(
      List<String> command, InstanceLock lock, Io io, CompletableFuture<Integer> end) {
    if (command.isEmpty()) {
      return null;
    }
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("PATCHBAY_CONTROL", lock.control().toString());
    try {
      Process process = builder.start();
      process.onExit().thenAccept(p -> end.complete(p.exitValue()));
      return process;
    } catch (IOException e) {
      end.complete(io.fail(command.getFirst() + ": " + e.getMessage(), FAILED));
      return null;
    }
  }

  private static void close(
      Daemon daemon, NettyLoop loop, ExecutorService files, @Nullable Process child) {
    if (child != null && child.isAlive()) {
      child.destroy();
    }
    try {
      loop.submit(() -> closed(daemon)).get(END_SECONDS, TimeUnit.SECONDS);
      daemon.services().flush();
      files.shutdown();
      files.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LogManager.getLogger("patchbay").warn("end: {}", e.toString());
    }
  }
}
