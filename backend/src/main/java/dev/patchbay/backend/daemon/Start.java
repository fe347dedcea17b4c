package dev.patchbay.backend.daemon;

import dev.patchbay.backend.capture.CaptureFile;
import dev.patchbay.backend.cli.ClientInput;
import dev.patchbay.backend.cli.Io;
import dev.patchbay.backend.config.Capture;
import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DaemonConfig;
import dev.patchbay.backend.config.ExecCommand;
import dev.patchbay.backend.control.ControlModel;
import dev.patchbay.backend.control.ControlModel.ExecResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The steps from a network without anything to one that accepts frames: ports, captures, commands
 * of {@code --exec}, and only then plugs and forwards. Not on the loop's thread; each step that
 * touches the network is a task of the loop.
 */
final class Start {
  private static final Logger LOG = LogManager.getLogger("patchbay");
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  private final Daemon daemon;
  private final ControlModel model;
  private final DaemonConfig config;
  private final Io io;
  private final Path dir;

  Start(Daemon daemon, ControlModel model, DaemonConfig config, Io io, Path dir) {
    this.daemon = daemon;
    this.model = model;
    this.config = config;
    this.io = io;
    this.dir = dir;
  }

  /** Does all of them; what was begun before a failure is left to {@link Daemon#close}. */
  void run() throws StartException {
    onLoop(() -> {
      daemon.prepare(config, dir);
      return true;
    });
    for (Capture capture : config.captures()) {
      capture(capture);
    }
    for (ExecCommand command : config.exec()) {
      exec(command);
    }
    onLoop(() -> {
      daemon.services().check();
      daemon.open(config, dir);
      return true;
    });
  }

  private <T> T onLoop(Callable<T> step) throws StartException {
    try {
      return daemon.loop().submit(step).join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      int status = cause instanceof ConfigException ? USAGE : FAILED;
      throw new StartException(String.valueOf(cause.getMessage()), status);
    }
  }

  private void capture(Capture capture) throws StartException {
    Path path = capture.file();
    CaptureFile file;
    try {
      file = path == null ? CaptureFile.standardOutput(io.out()) : CaptureFile.open(path);
    } catch (IOException e) {
      throw new StartException(capture.source().where() + ": " + e.getMessage(), FAILED);
    }
    boolean added = onLoop(() -> daemon.captures().add(capture.port(), file) != null);
    if (!added) {
      throw new StartException(
          capture.source().where()
              + ": too many captures; expected at most "
              + dev.patchbay.backend.capture.Captures.LIMIT,
          USAGE);
    }
  }

  private void exec(ExecCommand command) throws StartException {
    ExecResult result;
    String label = command.label();
    try {
      String word = command.argv().getFirst();
      // files that it names are read here, as a client would; there is no standard input to read
      Io files =
          new Io(InputStream.nullInputStream(), io.out(), io.err(), io.env(), command.base());
      ClientInput input =
          ClientInput.of(word, command.argv().subList(1, command.argv().size()), files);
      List<String> argv = new ArrayList<>();
      argv.add(word);
      argv.addAll(input.args());
      String stdin = input.stdin();
      String given = stdin == null ? "" : stdin;
      result = onLoop(() -> model.exec(argv, given)).toCompletableFuture().join();
    } catch (IOException e) {
      throw new StartException(label + ": " + e.getMessage(), USAGE);
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new StartException(label + ": " + cause.getMessage(), USAGE);
    }
    if (result.status() != 0) {
      String message = (result.stderr() + result.stdout()).strip();
      throw new StartException(
          label + ": " + (message.isEmpty() ? "status " + result.status() : message), USAGE);
    }
    (result.stderr() + result.stdout()).lines().forEach(line -> LOG.info("{}: {}", label, line));
  }
}
