package dev.patchbay.it.spine;

import dev.patchbay.it.Netns;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Servers of others in a namespace: FTP (vsftpd, for users without a name, active and passive) and
 * TFTP (dnsmasq, which answers from a port of its own as RFC 1350 wants it). They show one folder.
 */
final class FileServers implements AutoCloseable {
  private static final long LIMIT = TimeUnit.SECONDS.toNanos(20);

  private final List<Process> processes = new ArrayList<>();
  private final Path folder;
  private final Path files;

  /**
   * Starts both.
   *
   * @param folder for their files, made here
   * @param address of the namespace, where they listen
   */
  FileServers(Netns netns, Path folder, String address) throws IOException, InterruptedException {
    this.folder = Files.createDirectories(folder);
    this.files = Files.createDirectories(folder.resolve("files"));
    Files.createDirectories(folder.resolve("empty"));
    Path settings = Files.writeString(folder.resolve("vsftpd.conf"), ftp(address));
    try {
      start(netns, "vsftpd", settings.toString());
      start(
          netns,
          "dnsmasq",
          "--keep-in-foreground",
          "--conf-file=/dev/null",
          "--pid-file=",
          "--user=root",
          "--port=0",
          "--bind-interfaces",
          "--listen-address=" + address,
          "--enable-tftp",
          "--tftp-root=" + files);
      await(netns, "tcp", address, 21);
      await(netns, "udp", address, 69);
    } catch (IOException | InterruptedException e) {
      close();
      throw e;
    }
  }

  private String ftp(String address) {
    return """
    listen=YES
    listen_address=ADDRESS
    background=NO
    anonymous_enable=YES
    no_anon_password=YES
    anon_root=DIR/files
    connect_from_port_20=YES
    secure_chroot_dir=DIR/empty
    vsftpd_log_file=DIR/ftp.log
    xferlog_enable=YES
    xferlog_std_format=NO
    seccomp_sandbox=NO
    isolate=NO
    isolate_network=NO
    """
        .replace("ADDRESS", address)
        .replace("DIR", folder.toString());
  }

  private void start(Netns netns, String... words) throws IOException {
    processes.add(
        new ProcessBuilder(netns.command(words))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(words[0] + ".out").toFile())
            .start());
  }

  /** Waits for the socket, as /proc/net tells it: the address in the processor's byte order. */
  private void await(Netns netns, String protocol, String address, int port)
      throws IOException, InterruptedException {
    byte[] bytes = InetAddress.getByName(address).getAddress();
    String word =
        String.format("%02X%02X%02X%02X:%04X", bytes[3], bytes[2], bytes[1], bytes[0], port);
    long end = System.nanoTime() + LIMIT;
    while (!netns.exec("cat", "/proc/net/" + protocol).ok().contains(word)) {
      if (System.nanoTime() - end > 0) {
        throw new IOException("nobody listens at " + protocol + " port " + port + said());
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private String said() throws IOException {
    return "\n"
        + Files.readString(folder.resolve("vsftpd.out"))
        + Files.readString(folder.resolve("dnsmasq.out"));
  }

  /** Puts a file where both show it. */
  void put(String name, byte[] content) throws IOException {
    Files.write(files.resolve(name), content);
  }

  /** What the FTP server has written down: who connected, and what was sent. */
  String ftpLog() throws IOException {
    return Files.readString(folder.resolve("ftp.log"));
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().onExit().join();
    }
  }
}
