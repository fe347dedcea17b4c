package dev.patchbay.backend.demo;

import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.GuestImage;
import dev.patchbay.qemu.process.GuestShell;
import dev.patchbay.qemu.process.QemuCommand;
import dev.patchbay.qemu.process.QemuProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The tour with a guest of our own, whose serial line takes commands. */
final class LinuxTour {
  private static final String GATEWAY = "10.0.2.2";
  private static final String DNS = "10.0.2.3";
  private static final int WEB = 80;
  private static final Duration BOOT_LIMIT = Duration.ofSeconds(120);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration NCSI_LIMIT = Duration.ofSeconds(20);
  private static final int POLL_MILLIS = 20;

  /** Seconds to boot that the boards took, on two cores shared with other work. */
  private static final Map<Board, Integer> BOOT_SECONDS =
      Map.of(Board.ROMULUS_BMC, 2, Board.AST2500_EVB, 2, Board.AST2600_EVB, 10, Board.E1000, 10);

  private static final Pattern PINGED =
      Pattern.compile("(\\d+) packets transmitted, (\\d+) packets received");
  private static final Pattern ROUND_TRIP = Pattern.compile("= [0-9.]+/([0-9.]+)/[0-9.]+ ms");
  private static final Pattern LEASE = Pattern.compile("lease: bound (\\S+) on eth0");

  private final Lab lab;
  private final Report report;
  private final Path launcher;
  private final Path image;

  /**
   * Prepares it.
   *
   * @param launcher the script {@code patchbay}
   * @param image folder of the guest's image
   */
  LinuxTour(Lab lab, Report report, Path launcher, Path image) {
    this.lab = lab;
    this.report = report;
    this.launcher = launcher;
    this.image = image;
  }

  /** The guest at the end of the tour. */
  record Shown(QemuProcess qemu, GuestShell shell) {}

  /**
   * Shows all.
   *
   * @throws IOException a step that failed; its message says what was seen
   */
  Shown run() throws IOException, InterruptedException, TimeoutException {
    report.step("daemon ready", 1, this::daemon);
    GuestImage files = GuestImage.read(image);
    QemuCommand command =
        lab.command().image(files).append(GuestShell.APPEND).more("-no-reboot").build();
    QemuProcess qemu = lab.startQemu(command);
    GuestShell shell = new GuestShell(qemu);
    report.step("Linux booted", BOOT_SECONDS.getOrDefault(lab.board(), 10), () -> boot(shell));
    if (files.text("board." + lab.board() + ".network").equals(Optional.of("ncsi"))) {
      report.step("NC-SI configured", 1, () -> ncsi(shell));
    }
    report.step("DHCP lease", 1, () -> lease(shell));
    report.step("ping of the gateway", 1, () -> ping(shell, GATEWAY));
    report.step("ping of beyond", 1, () -> beyond(shell));
    report.step("DNS", 1, () -> dns(shell));
    report.step("download by the uplink", 3, () -> download(shell));
    report.step("forwarded port", 1, () -> forward(shell));
    return new Shown(qemu, shell);
  }

  private String daemon() throws IOException, InterruptedException, TimeoutException {
    DaemonProcess daemon = lab.startDaemon(launcher, List.of("tcp::0-" + Lab.PORT + ":" + WEB));
    return "pid " + daemon.pid() + ", its port " + Lab.PORT + " waits for QEMU";
  }

  private String boot(GuestShell shell) throws IOException, InterruptedException, TimeoutException {
    shell.awaitReady(0, BOOT_LIMIT);
    return ok(shell, "uname -srm") + " on QEMU " + lab.binary().version();
  }

  private static String ok(GuestShell shell, String command)
      throws IOException, InterruptedException, TimeoutException {
    GuestShell.Answer answer = shell.run(command, LIMIT);
    if (answer.status() != 0) {
      throw new IOException(
          "in the guest: '"
              + command
              + "' ended with "
              + answer.status()
              + ":\n"
              + answer.output());
    }
    return answer.output().strip();
  }

  /** What the driver does once the interface is up: see it in the state of our card. */
  private String ncsi(GuestShell shell) throws IOException, InterruptedException, TimeoutException {
    ok(shell, "ip link set eth0 up");
    return awaitNcsi(lab, NCSI_LIMIT);
  }

  /** Waits until a channel is enabled, transmits and filters the guest's address. */
  static String awaitNcsi(Lab lab, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      JsonNode ncsi = lab.port().path("ncsi");
      for (JsonNode unit : ncsi.path("packages")) {
        for (JsonNode channel : unit.path("channels")) {
          if (channel.path("enabled").asBoolean(false)
              && channel.path("transmit").asBoolean(false)
              && !channel.at("/filters/mac").isEmpty()) {
            return "package " + unit.path("id").asInt(0) + channel(channel);
          }
        }
      }
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException(
            "the guest has configured no NC-SI channel within "
                + limit.toSeconds()
                + " s: "
                + ncsi);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private static String channel(JsonNode channel) {
    return ", channel "
        + channel.path("id").asInt(0)
        + ": enabled, transmits, filter "
        + channel.at("/filters/mac/0/address").asString("")
        + ", "
        + channel.path("aens").size()
        + " kinds of AEN";
  }

  /** The guest asks, and the daemon's record of it is the same. */
  private String lease(GuestShell shell)
      throws IOException, InterruptedException, TimeoutException {
    String said = ok(shell, "ip link set eth0 up && udhcpc -i eth0 -n -q -t 10");
    Matcher bound = LEASE.matcher(said);
    JsonNode leases = lab.daemon().get("/v1/leases");
    String own = leases.path(0).path("ip").asString("");
    if (!bound.find() || own.isEmpty() || !bound.group(1).startsWith(own + "/")) {
      throw new IOException("the guest says '" + said + "', the daemon has " + leases);
    }
    return bound.group(1) + " for " + leases.path(0).path("mac").asString("");
  }

  private static String ping(GuestShell shell, String address)
      throws IOException, InterruptedException, TimeoutException {
    String said = ok(shell, "ping -c 3 -i 0.2 -W 5 " + address);
    Matcher count = PINGED.matcher(said);
    Matcher time = ROUND_TRIP.matcher(said);
    if (!count.find() || !time.find() || !count.group(1).equals(count.group(2))) {
      throw new IOException("ping: " + said);
    }
    return address + ": " + count.group(2) + " of 3 answered, " + time.group(1) + " ms on average";
  }

  /** Beyond the gateway: by the host's own address, through a socket of the host. */
  private String beyond(GuestShell shell)
      throws IOException, InterruptedException, TimeoutException {
    for (JsonNode warning : lab.daemon().ready().path("warnings")) {
      if (warning.path("code").asString("").equals("icmp-unavailable")) {
        throw new Report.Unshown(warning.path("message").asString(""));
      }
    }
    Optional<String> address = HostAddress.find();
    if (address.isEmpty()) {
      throw new Report.Unshown(
          "this machine has no address but its loopback: " + GATEWAY + " alone was pinged");
    }
    return ping(shell, address.get()) + " (this host's own address)";
  }

  private static String dns(GuestShell shell)
      throws IOException, InterruptedException, TimeoutException {
    String said = ok(shell, "nslookup -type=a gateway " + DNS);
    if (!said.contains("Address: " + GATEWAY)) {
      throw new IOException("nslookup: " + said);
    }
    return DNS + " says: gateway is " + GATEWAY;
  }

  private static String download(GuestShell shell)
      throws IOException, InterruptedException, TimeoutException {
    try (LoopbackServer server = new LoopbackServer()) {
      String url = "http://" + GATEWAY + ":" + server.port() + "/";
      long begin = System.nanoTime();
      ok(shell, "wget -qO /tmp/data " + url);
      double seconds = (System.nanoTime() - begin) / 1e9;
      String sum = ok(shell, "sha256sum </tmp/data && rm /tmp/data").substring(0, 64);
      if (!sum.equals(server.sha256())) {
        throw new IOException("the guest got " + sum + " instead of " + server.sha256());
      }
      double megabytes = LoopbackServer.LENGTH / 1e6;
      return String.format(
          Locale.ROOT,
          "%.0f MB in %.2f s: %.1f MB/s; SHA-256 equal, %s…",
          megabytes,
          seconds,
          megabytes / seconds,
          sum.substring(0, 8));
    }
  }

  /** A web server in the guest, asked from the host. */
  private String forward(GuestShell shell)
      throws IOException, InterruptedException, TimeoutException {
    ok(shell, "mkdir -p /tmp/www && uname -snr >/tmp/www/index.html && httpd -p 80 -h /tmp/www");
    String expected = ok(shell, "cat /tmp/www/index.html");
    String answer = fetch(url());
    if (!answer.equals(expected)) {
      throw new IOException(url() + " answered '" + answer + "' instead of '" + expected + "'");
    }
    return url() + " on this host: \"" + answer + "\"";
  }

  /** Where the guest's web server is found on the host. */
  String url() {
    return "http://127.0.0.1:" + lab.forwardTo(WEB) + "/";
  }

  private static String fetch(String url) throws IOException {
    URLConnection connection = URI.create(url).toURL().openConnection();
    connection.setConnectTimeout((int) LIMIT.toMillis());
    connection.setReadTimeout((int) LIMIT.toMillis());
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
