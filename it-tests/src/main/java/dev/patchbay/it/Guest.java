package dev.patchbay.it;

import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.GuestImage;
import dev.patchbay.qemu.process.GuestShell;
import dev.patchbay.qemu.process.Netdev;
import dev.patchbay.qemu.process.OutputLog;
import dev.patchbay.qemu.process.QemuBinary;
import dev.patchbay.qemu.process.QemuCommand;
import dev.patchbay.qemu.process.QemuProcess;
import dev.patchbay.qemu.qmp.QmpClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A Linux guest in QEMU whose init takes commands from the serial line.
 *
 * <p>The way to speak with it is {@link GuestShell}.
 */
public final class Guest implements AutoCloseable {
  /** Time for a command unless told otherwise. */
  public static final Duration COMMAND_LIMIT = Duration.ofSeconds(30);

  private static final Duration BOOT_LIMIT = Duration.ofSeconds(120);
  private static final AtomicInteger LAST = new AtomicInteger();

  private static final int CHUNK = 1200;

  private final QemuProcess qemu;
  private final Path folder;
  private final GuestShell shell;

  private Guest(QemuProcess qemu, Path folder) {
    this.qemu = qemu;
    this.folder = folder;
    this.shell = new GuestShell(qemu);
  }

  /** Prepares a guest on this board, with the image that belongs to it and the system's QEMU. */
  public static Builder on(Board board) {
    return new Builder(board);
  }

  /** A guest that is not yet started. */
  public static final class Builder {
    private record Nic(Netdev netdev, String mac) {}

    private final Board board;
    private final List<Nic> nics = new ArrayList<>();
    private final List<String> append = new ArrayList<>();
    private final List<String> more = new ArrayList<>();
    private Optional<QemuBinary> binary = Optional.empty();
    private List<String> wrapper = List.of();
    private String image;

    private Builder(Board board) {
      this.board = board;
      this.image = board.image();
    }

    /** Takes this QEMU instead of the system's. */
    public Builder qemu(QemuBinary other) {
      binary = Optional.of(other);
      return this;
    }

    /** The QEMU it will run on: for netdevs that are written differently by version. */
    public QemuBinary binary() throws IOException {
      if (binary.isEmpty()) {
        binary = QemuBinary.find(board.program());
      }
      return binary.orElseThrow(() -> new IOException("no " + board.program() + " on PATH"));
    }

    /** Boots another image than the board's own. */
    public Builder image(String name) {
      image = name;
      return this;
    }

    /**
     * Plugs the next NIC.
     *
     * @param mac its address; empty for QEMU's choice
     */
    public Builder nic(Netdev netdev, String mac) {
      nics.add(new Nic(netdev, mac));
      return this;
    }

    /** Adds words to the kernel's command line. */
    public Builder append(String words) {
      append.add(words);
      return this;
    }

    /** Adds words to QEMU's command line. */
    public Builder more(String... words) {
      more.addAll(List.of(words));
      return this;
    }

    /** Runs QEMU in a namespace. */
    public Builder in(Netns netns) {
      wrapper = netns.wrapper();
      return this;
    }

    /** Boots it and waits, 120 s at most, until it takes commands. */
    public Guest boot() throws IOException, InterruptedException, TimeoutException {
      return boot(BOOT_LIMIT);
    }

    /**
     * Boots it and waits until it takes commands.
     *
     * @throws IOException if the image cannot be had, QEMU ended or the kernel panicked
     * @throws TimeoutException if it takes longer; the message holds its last lines
     */
    public Guest boot(Duration limit) throws IOException, InterruptedException, TimeoutException {
      GuestImage files = Images.get(image);
      Path folder = Files.createTempDirectory("pbg");
      QemuCommand.Builder command =
          QemuCommand.of(binary(), board).image(files).append(GuestShell.APPEND);
      append.forEach(command::append);
      nics.forEach(nic -> command.nic(nic.netdev, nic.mac));
      command.qmp(folder.resolve("qmp.sock")).more(more.toArray(String[]::new));
      String name = board + "-" + ProcessHandle.current().pid() + "-" + LAST.incrementAndGet();
      Path log = Repository.output("guests/" + name + ".log");
      Guest guest = new Guest(QemuProcess.start(command.build(), log, wrapper), folder);
      try {
        guest.awaitReady(0, limit);
        return guest;
      } catch (IOException | InterruptedException | TimeoutException e) {
        guest.close();
        throw e;
      }
    }
  }

  /**
   * Waits until the init takes commands, for example after a reboot.
   *
   * @param from place in {@link #console} to look from
   */
  public synchronized void awaitReady(long from, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    shell.awaitReady(from, limit);
  }

  /** Runs a shell command in the guest and waits for its end, 30 s at most. */
  public Result run(String command) throws IOException, InterruptedException, TimeoutException {
    return run(command, COMMAND_LIMIT);
  }

  /**
   * Runs a shell command, or a script of several lines, in the guest and waits for its end.
   *
   * @return status and output, standard error included, lines ended by LF
   * @throws TimeoutException if it takes longer; it goes on in the guest, and the next one waits
   *     for it
   * @throws IOException if QEMU ended or the kernel panicked
   */
  public synchronized Result run(String command, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    if (command.length() <= GuestShell.LONGEST && command.indexOf('\n') < 0) {
      return line(command, limit);
    }
    put(command + "\n", "/tmp/.script");
    Result result = line("sh /tmp/.script", limit);
    return new Result(command, result.status(), result.output(), "");
  }

  /** Writes a text to a file in the guest, through the serial line: for scripts, not for data. */
  public synchronized void put(String text, String file)
      throws IOException, InterruptedException, TimeoutException {
    String encoded = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    line("rm -f " + file + ".b64", COMMAND_LIMIT).ok();
    for (int at = 0; at < encoded.length(); at += CHUNK) {
      String chunk = encoded.substring(at, Math.min(at + CHUNK, encoded.length()));
      line("echo " + chunk + " >>" + file + ".b64", COMMAND_LIMIT).ok();
    }
    line("base64 -d " + file + ".b64 >" + file, COMMAND_LIMIT).ok();
  }

  private Result line(String command, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    GuestShell.Answer answer = shell.run(command, limit);
    return new Result(command, answer.status(), answer.output(), "");
  }

  /** Starts a shell command in the background of the guest. */
  public synchronized Background start(String command)
      throws IOException, InterruptedException, TimeoutException {
    return Background.start(this, shell.nextId(), command);
  }

  /** Runs a command again and again, every 200 ms, until it succeeds. */
  public Result runUntilOk(String command, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      Result result = run(command);
      if (result.succeeded()) {
        return result;
      }
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("still failing after " + limit + ": " + result);
      }
      Thread.sleep(200);
    }
  }

  /** The kernel's messages since the start. */
  public String dmesg() throws IOException, InterruptedException, TimeoutException {
    return run("dmesg").ok();
  }

  /** All that came on the serial line. */
  public OutputLog console() {
    return qemu.serial();
  }

  /** The QEMU it runs in. */
  public QemuProcess qemu() {
    return qemu;
  }

  /** QEMU's QMP. */
  public QmpClient qmp() {
    return qemu.qmp();
  }

  /** Kills QEMU as a crash would. */
  public void kill() throws InterruptedException {
    qemu.kill();
  }

  /** Ends QEMU and removes what the guest left on this machine; its log stays. */
  @Override
  public void close() throws IOException {
    qemu.close();
    Daemon.delete(folder);
  }
}
