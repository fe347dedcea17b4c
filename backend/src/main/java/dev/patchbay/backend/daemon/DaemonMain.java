package dev.patchbay.backend.daemon;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.patchbay.backend.cli.DaemonStarter;
import dev.patchbay.backend.cli.Io;
import dev.patchbay.backend.config.DaemonConfig;
import dev.patchbay.backend.config.InstanceDirs;
import dev.patchbay.backend.config.InstanceException;
import dev.patchbay.backend.config.InstanceLock;
import dev.patchbay.backend.control.ControlServer;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.plug.Plug;
import dev.patchbay.backend.sys.BindFault;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.UnixPath;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.apache.logging.log4j.LogManager;
import org.jspecify.annotations.Nullable;

/** {@code patchbay run}: the process around a {@link Daemon}. */
public final class DaemonMain implements DaemonStarter {
  private static final int FAILED = 1;

  /** How long the end may take: SIGTERM ends within 2 s. */
  private static final long END_SECONDS = 2;

  /**
   * How long COMMAND's end waits for a signal to us, which goes before. A signal to our process
   * group is pending here before the end of any process by it can be seen (the kernel sends it to
   * all under the lock that a process needs to become a zombie), so this is the time of the JVM's
   * threads.
   */
  private static final long SIGNAL_MILLIS = 300;

  /**
   * Why it ends.
   *
   * @param status to exit with
   * @param asked whether by a signal to us
   */
  private record End(int status, boolean asked) {}

  @Override
  public int run(DaemonConfig config, Rereader reread, Io io) {
    Logging.start(config.log());
    Signals.onHangup();
    CompletableFuture<End> end = new CompletableFuture<>();
    IntConsumer over = Signals.onTermination(() -> end.complete(new End(0, true)));
    int status = FAILED;
    try {
      status = run(config, io, end);
      return status;
    } finally {
      // last of all: where a signal asked for the end the process is gone with it
      over.accept(status);
    }
  }

  private static int run(DaemonConfig config, Io io, CompletableFuture<End> end) {
    try {
      InstanceDirs dirs = InstanceDirs.ofThisUser(io.env());
      try (InstanceLock lock = dirs.acquire(config.instance())) {
        return serve(config, io, dirs, lock, end);
      }
    } catch (InstanceException e) {
      return io.fail(e.getMessage(), InstanceException.EXIT_STATUS);
    } catch (IOException e) {
      return io.fail(String.valueOf(e.getMessage()), FAILED);
    }
  }

  /** From the first object to the last; returns the exit status. */
  private static int serve(
      DaemonConfig config, Io io, InstanceDirs dirs, InstanceLock lock, CompletableFuture<End> end)
      throws IOException {
    long seed = config.seed().orElseGet(() -> new SecureRandom().nextLong() >>> 16);
    ExecutorService files = Executors.newSingleThreadExecutor(task -> thread(task, "files"));
    Path dir = lock.dir();
    forgetReady(config.instance().readyFile());
    try (NettyLoop loop = new NettyLoop("patchbay")) {
      Listeners listeners = new Listeners(dirs, files, System::nanoTime);
      Daemon daemon = new Daemon(loop, config, seed, dir, files, listeners);
      // a file that blocks, such as a FIFO without a reader, must not hold up leases: a thread each
      Model model =
          new Model(
              daemon,
              task -> thread(task, "capture").start(),
              task -> thread(task, "rules").start());
      ControlServer control;
      try {
        new Start(daemon, model, config, io, dir).run();
        control = announce(daemon, model, config, lock, seed, io);
      } catch (StartException | IOException e) {
        close(daemon, loop, files);
        int status = e instanceof StartException start ? start.status() : FAILED;
        return io.fail(String.valueOf(e.getMessage()), status);
      }
      @Nullable CommandTree command =
          config.command().isEmpty()
              ? null
              : CommandTree.start(
                  config,
                  lock.control(),
                  io,
                  status ->
                      end.completeOnTimeout(new End(status, false), SIGNAL_MILLIS, MILLISECONDS));
      End ended = end.join();
      Systemd.stopping(io.env());
      Runnable closing = () -> close(daemon, loop, files, control);
      if (command == null) {
        closing.run();
      } else {
        command.endBeside(ended.asked(), closing);
      }
      return ended.status() == 0 && daemon.isImpaired() ? FAILED : ended.status();
    } finally {
      files.shutdown();
    }
  }

  /** Opens the control socket and tells that all is ready. */
  private static ControlServer announce(
      Daemon daemon, Model model, DaemonConfig config, InstanceLock lock, long seed, Io io)
      throws IOException {
    NettyLoop loop = daemon.loop();
    lock.publish(addresses(daemon));
    ControlServer control = control(daemon, model, lock.control());
    try {
      String line = loop.submit(() -> Ready.line(daemon, lock, seed)).join();
      Path readyFile = config.instance().readyFile();
      if (readyFile != null) {
        ready(readyFile, line);
      }
      if (!config.capturesToStandardOutput()) {
        io.out().println(line);
        if (io.out().checkError()) {
          throw new IOException(
              "standard output cannot be written, so the ready line is lost; expected room there,"
                  + " or --ready-file FILE beside > /dev/null");
        }
      }
    } catch (IOException e) {
      control.close();
      throw e;
    }
    Systemd.ready(io.env());
    return control;
  }

  private static ControlServer control(Daemon daemon, Model model, Path path) throws IOException {
    NettyLoop loop = daemon.loop();
    try {
      BindFault.checkDirectory(path);
      UnixPath.removeStale(path, Linux.SOCK_STREAM);
      return ControlServer.open(loop.group(), loop::enter, path, model, daemon.events());
    } catch (IOException e) {
      throw new IOException("--control " + e.getMessage(), e);
    }
  }

  /** Who waits for the file must not read the ports of an instance that was. */
  private static void forgetReady(@Nullable Path file) throws IOException {
    if (file != null && Files.isRegularFile(file)) {
      Files.delete(file);
    }
  }

  private static void ready(Path file, String line) throws IOException {
    try {
      Ready.write(file, line);
    } catch (FileSystemException e) {
      String reason =
          e.getReason() == null ? "no such directory, or no right to write" : e.getReason();
      throw new IOException("--ready-file " + file + ": cannot be written: " + reason, e);
    }
  }

  private static Thread thread(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private static boolean closed(Daemon daemon) {
    daemon.close();
    return true;
  }

  private static boolean streamsEnded(Daemon daemon) {
    daemon.captures().endStreams();
    return true;
  }

  private static List<String> addresses(Daemon daemon) {
    return daemon.plugs().stream().map(Plug::address).toList();
  }

  /** Each step is tried whatever became of those before it. */
  private static void close(
      Daemon daemon, NettyLoop loop, ExecutorService files, ControlServer control) {
    // readers of captures get the end of what they read before their sockets are closed
    step(() -> loop.submit(() -> streamsEnded(daemon)).get(END_SECONDS * 500, MILLISECONDS));
    step(() -> {
      control.close();
      return true;
    });
    close(daemon, loop, files);
  }

  private static void close(Daemon daemon, NettyLoop loop, ExecutorService files) {
    step(() -> loop.submit(() -> closed(daemon)).get(END_SECONDS, TimeUnit.SECONDS));
    step(() -> {
      String unwritten = daemon.captures().await(END_SECONDS * 500);
      if (unwritten != null) {
        LogManager.getLogger("patchbay").warn("capture {}: not written to its end", unwritten);
      }
      return true;
    });
    step(() -> {
      daemon.services().flush();
      files.shutdown();
      return files.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    });
  }

  private static void step(Callable<?> step) {
    try {
      step.call();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LogManager.getLogger("patchbay").warn("end: {}", e.toString());
    }
  }
}
