package dev.patchbay.backend.demo;

import dev.patchbay.backend.cli.Io;
import dev.patchbay.qemu.process.GuestShell;
import dev.patchbay.qemu.process.QemuProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * {@code patchbay demo}, once the launcher has seen to packages, build and image. The launcher is
 * named by the system property {@value #LAUNCHER}; {@value #TERMINALS} holds {@code in}, {@code
 * out} or both where these streams are terminals. Exit status: 0, 1 a step failed, 2 usage.
 */
public final class DemoMain {
  private static final String LAUNCHER = "patchbay.launcher";
  private static final String TERMINALS = "patchbay.terminals";
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int END_SECONDS = 10;
  private static final int SIGNAL_MILLIS = 300;
  private static final Duration SHELL_LIMIT = Duration.ofSeconds(30);

  /** Nothing that a guest prints: firmware ends its console with QEMU alone. */
  private static final Pattern NEVER = Pattern.compile("(?!)");

  private final DemoOptions options;
  private final Io io;
  private final Path launcher = Path.of(System.getProperty(LAUNCHER, "backend/bin/patchbay"));
  private final String terminals = System.getProperty(TERMINALS, "");
  private final CountDownLatch over = new CountDownLatch(1);
  private final CountDownLatch asked = new CountDownLatch(1);
  private volatile boolean interrupted;

  private DemoMain(DemoOptions options, Io io) {
    this.options = options;
    this.io = io;
  }

  /** Ends the process with its exit status. */
  public static void main(String[] args) {
    Io io = Io.ofProcess();
    int status;
    try {
      status = new DemoMain(DemoOptions.parse(List.of(args)), io).run();
    } catch (IllegalArgumentException e) {
      status = io.fail("demo: " + e.getMessage(), USAGE);
    }
    System.exit(status);
  }

  private int run() {
    Lab lab;
    try {
      lab = new Lab(options.board());
    } catch (IOException e) {
      return io.fail("demo: " + e.getMessage(), FAILED);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupted(lab), "demo-end"));
    try (Report report = new Report(io.out(), terminals.contains("out"), isUnicode())) {
      int status = run(lab, report);
      if (status == 0 || interrupted) {
        lab.deleteLogs();
      }
      return status;
    } finally {
      over.countDown();
    }
  }

  private int run(Lab lab, Report report) {
    try (lab) {
      tour(lab, report);
      return 0;
    } catch (IOException | TimeoutException e) {
      if (!isInterrupted()) { // else what failed is a consequence
        report.say("\n" + e.getMessage());
        report.say("\nThe demo failed. Logs of daemon and guest: " + lab.logs());
      }
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    }
  }

  /**
   * Whether a signal asks for the end. Ctrl-C ends daemon and guest as well, which may be seen
   * before we hear of it ourselves.
   */
  private boolean isInterrupted() {
    try {
      return asked.await(SIGNAL_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return interrupted;
    }
  }

  /** SIGINT or SIGTERM: all that was started ends, and nothing is left. */
  private void interrupted(Lab lab) {
    if (over.getCount() == 0) {
      return;
    }
    interrupted = true;
    asked.countDown();
    lab.close();
    io.out().println("\ninterrupted");
    try {
      over.await(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tour(Lab lab, Report report)
      throws IOException, InterruptedException, TimeoutException {
    if (options.firmware().isPresent()) {
      Path file = options.firmware().get();
      report.say("Patchbay demo: " + file + " on " + lab.board() + " in QEMU");
      QemuProcess qemu = new FirmwareTour(lab, report, launcher, file).run();
      report.say("\n" + report.summary());
      if (options.keep()) {
        keep(lab, report, qemu, qemu.serial().position(), NEVER, "");
      }
      return;
    }
    report.say("Patchbay demo: Linux on " + lab.board() + " in QEMU");
    LinuxTour tour = new LinuxTour(lab, report, launcher, options.guest().orElseThrow());
    LinuxTour.Shown shown = tour.run();
    report.say("\n" + report.summary());
    if (options.keep()) {
      GuestShell shell = shown.shell();
      long before = shown.qemu().serial().position();
      int id = shell.begin("stty sane <&1; exec setsid cttyhack sh -l");
      Pattern begin = Pattern.compile("PATCHBAY-BEGIN " + id + "\\r*\\n");
      long from = shown.qemu().serial().await(begin, before, SHELL_LIMIT).end();
      Pattern end = Pattern.compile("\\r*\\n?PATCHBAY-EXIT " + id + " \\d+\\r*\\n");
      keep(lab, report, shown.qemu(), from, end, "Its web server on this host: " + tour.url());
    }
  }

  private void keep(Lab lab, Report report, QemuProcess qemu, long from, Pattern end, String more)
      throws IOException, InterruptedException {
    report.say(
        "\nThe guest stays: this terminal is its serial line. Ctrl-A X ends guest and daemon.");
    if (!more.isEmpty()) {
      report.say(more);
    }
    report.say("Its network: " + launcher + " --control " + lab.daemon().control() + " ip addr\n");
    try (Console console = new Console(qemu, io.in(), io.out(), terminals.contains("in"))) {
      console.relay(from, end);
    }
    report.say("\nGuest and daemon end.");
  }

  private boolean isUnicode() {
    String locale =
        io.env()
            .getOrDefault(
                "LC_ALL", io.env().getOrDefault("LC_CTYPE", io.env().getOrDefault("LANG", "")));
    return locale.toUpperCase(Locale.ROOT).replace("-", "").contains("UTF8");
  }
}
