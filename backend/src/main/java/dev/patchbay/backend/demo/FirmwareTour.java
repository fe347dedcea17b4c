package dev.patchbay.backend.demo;

import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.QemuProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import tools.jackson.databind.JsonNode;

/**
 * The tour with a BMC's flash image: nothing runs in that guest for us, it is seen from outside.
 */
final class FirmwareTour {
  private static final int SSH = 22;
  private static final int HTTPS = 443;

  /** OpenBMC takes one to three minutes under emulation, more where the machine has other work. */
  private static final Duration BOOT_LIMIT = Duration.ofMinutes(10);

  private static final int BOOT_SECONDS = 120;

  /** Counted for all services together, from the lease on. */
  private static final Duration SERVICE_LIMIT = Duration.ofSeconds(60);

  private static final int SERVICE_SECONDS = 30;
  private static final Duration TRY_LIMIT = Duration.ofSeconds(15);
  private static final int POLL_MILLIS = 500;

  private final Lab lab;
  private final Report report;
  private final Path launcher;
  private final Path firmware;

  FirmwareTour(Lab lab, Report report, Path launcher, Path firmware) {
    this.lab = lab;
    this.report = report;
    this.launcher = launcher;
    this.firmware = firmware;
  }

  /**
   * Shows what there is to see.
   *
   * @throws IOException a step that failed; its message says what was seen
   */
  QemuProcess run() throws IOException, InterruptedException, TimeoutException {
    report.step("daemon ready", 1, this::daemon);
    QemuProcess qemu = lab.startQemu(lab.command().flash(firmware).more("-no-reboot").build());
    report.step("DHCP lease", BOOT_SECONDS, () -> lastLine(qemu), () -> lease(qemu));
    if (lab.board() == Board.ROMULUS_BMC) {
      report.step("NC-SI configured", 1, () -> LinuxTour.awaitNcsi(lab, SERVICE_LIMIT));
    }
    long end = System.nanoTime() + SERVICE_LIMIT.toNanos();
    report.step(
        "SSH, guest's port 22", SERVICE_SECONDS, () -> answer(SSH, end, FirmwareTour::banner));
    report.step(
        "HTTPS, guest's port 443",
        SERVICE_SECONDS,
        () -> answer(HTTPS, end, FirmwareTour::certificate));
    return qemu;
  }

  private String daemon() throws IOException, InterruptedException, TimeoutException {
    DaemonProcess daemon =
        lab.startDaemon(
            launcher,
            List.of("tcp::0-" + Lab.PORT + ":" + SSH, "tcp::0-" + Lab.PORT + ":" + HTTPS));
    return "pid " + daemon.pid() + ", port " + Lab.PORT;
  }

  /** The newest full line of the guest's console. */
  private static String lastLine(QemuProcess qemu) {
    String text = qemu.serial().tail().stripTrailing();
    String line = text.substring(text.lastIndexOf('\n') + 1);
    return line.replaceAll("\\p{Cntrl}", "");
  }

  private String lease(QemuProcess qemu)
      throws IOException, InterruptedException, TimeoutException {
    long end = System.nanoTime() + BOOT_LIMIT.toNanos();
    while (true) {
      for (JsonNode lease : lab.daemon().get("/v1/leases")) {
        if (lease.path("state").asString("").equals("bound")) {
          String name = lease.path("hostname").asString("");
          return lease.path("ip").asString("") + (name.isEmpty() ? "" : " for '" + name + "'");
        }
      }
      if (!qemu.isRunning()) {
        throw new IOException("QEMU ended with " + qemu.exitStatus() + ": " + qemu.messages());
      }
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException(
            "the guest has asked for no address within " + BOOT_LIMIT.toMinutes() + " minutes");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** Says how a service greets. */
  private interface Greeting {
    String of(Socket socket) throws IOException;
  }

  /** Tries again and again: services start some time after the address is there. */
  private String answer(int guestPort, long end, Greeting greeting)
      throws IOException, InterruptedException {
    int port = lab.forwardTo(guestPort);
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        socket.setSoTimeout((int) TRY_LIMIT.toMillis());
        return "127.0.0.1:" + port + " on this host: " + greeting.of(socket);
      } catch (IOException e) {
        if (System.nanoTime() - end > 0) {
          throw new Report.Unshown(
              "the guest gave no answer within " + SERVICE_LIMIT.toSeconds() + " s: " + reason(e));
        }
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  private static String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith("Connection reset") ? "it refuses the connection" : message;
  }

  /** The line by which an SSH server begins (RFC 4253 section 4.2). */
  private static String banner(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] line = new byte[255];
    int length = 0;
    int b;
    while (length < line.length && (b = in.read()) >= 0 && b != '\n') {
      line[length++] = (byte) b;
    }
    String text = new String(line, 0, length, StandardCharsets.US_ASCII).strip();
    if (!text.startsWith("SSH-")) {
      throw new IOException("no SSH: '" + text + "'");
    }
    return text;
  }

  /** The subject of the certificate by which a TLS server shows itself. */
  private static String certificate(Socket socket) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, new SecureRandom());
      SSLSocket tls =
          (SSLSocket) context.getSocketFactory().createSocket(socket, "127.0.0.1", HTTPS, false);
      tls.startHandshake();
      X509Certificate certificate = (X509Certificate) tls.getSession().getPeerCertificates()[0];
      return tls.getSession().getProtocol() + ", " + certificate.getSubjectX500Principal();
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS: " + e.getMessage(), e);
    }
  }

  /** A BMC signs its own certificate: it is shown here, not trusted. */
  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
