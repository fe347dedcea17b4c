package dev.patchbay.it.device;

import dev.patchbay.it.Repository;
import dev.patchbay.qemu.qtest.QtestClient;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code patchbay device} as a process, behind its two sockets. */
final class DeviceProcess implements Subject {
  private final Process process;
  private final Path log;
  private final String ready;
  private final QtestClient client;
  private SocketChannel wire;
  private final ByteBuffer in = ByteBuffer.allocate(1 << 20);

  private DeviceProcess(
      Process process, Path log, String ready, QtestClient client, SocketChannel wire) {
    this.process = process;
    this.log = log;
    this.ready = ready;
    this.client = client;
    this.wire = wire;
  }

  /** Starts the command; the launcher is the one that users call. */
  static Process launch(Path log, String... arguments) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Repository.file("backend/bin/patchbay").toString());
    words.add("device");
    words.addAll(List.of(arguments));
    return new ProcessBuilder(words).redirectError(log.toFile()).start();
  }

  /** A device that waits for us on both sockets. */
  static DeviceProcess listening(String profile, Path folder) throws IOException {
    Path qtest = folder.resolve("q.sock");
    Path net = folder.resolve("n.sock");
    Path log = folder.resolve("device.log");
    Process process =
        launch(
            log,
            "--model",
            "ftgmac100",
            "--profile",
            profile,
            "--qtest",
            "unix:" + qtest,
            "--listen",
            "unix:" + net);
    String ready = readyLine(process, log);
    SocketChannel wire = SocketChannel.open(UnixDomainSocketAddress.of(net));
    SocketChannel bus = SocketChannel.open(UnixDomainSocketAddress.of(qtest));
    return made(process, log, ready, bus, wire);
  }

  /** A device that connects to us on both sockets, as QEMU does for libqtest. */
  static DeviceProcess connecting(Path folder) throws IOException {
    Path qtest = folder.resolve("q.sock");
    Path net = folder.resolve("n.sock");
    Path log = folder.resolve("device.log");
    try (ServerSocketChannel forBus = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        ServerSocketChannel forWire = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      forBus.bind(UnixDomainSocketAddress.of(qtest));
      forWire.bind(UnixDomainSocketAddress.of(net));
      Process process =
          launch(
              log,
              "--model",
              "ftgmac100",
              "--qtest",
              "unix:" + qtest + ",server=off",
              "--connect",
              "unix:" + net + ",mac=52:54:00:12:34:56");
      String ready = readyLine(process, log);
      return made(process, log, ready, forBus.accept(), forWire.accept());
    }
  }

  private static DeviceProcess made(
      Process process, Path log, String ready, SocketChannel bus, SocketChannel wire)
      throws IOException {
    wire.configureBlocking(false);
    QtestClient client = new QtestClient(bus);
    client.interceptIn("/machine/soc/vic");
    return new DeviceProcess(process, log, ready, client, wire);
  }

  private static String readyLine(Process process, Path log) throws IOException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    if (line == null) {
      throw new EOFException("patchbay device: " + Files.readString(log));
    }
    return line;
  }

  /** Its line of JSON. */
  String ready() {
    return ready;
  }

  Process process() {
    return process;
  }

  /** What it has logged. */
  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public QtestClient bus() {
    return client;
  }

  @Override
  public void arrive(byte[] frame) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).flip();
    while (out.hasRemaining()) {
      wire.write(out);
    }
    // frames are served before commands
    client.command("endianness");
  }

  /** Speaks another protocol over the wire, and waits until it is closed. */
  void garbage() throws IOException {
    wire.configureBlocking(true);
    wire.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
    while (wire.read(in.clear()) >= 0) {
      // until its end
    }
    in.clear();
    wire.close();
  }

  /** Connects the wire anew. */
  void reconnect() throws IOException {
    Path net = log.resolveSibling("n.sock");
    wire = SocketChannel.open(UnixDomainSocketAddress.of(net));
    wire.configureBlocking(false);
    client.command("endianness");
  }

  @Override
  public void carrier(boolean plugged) {
    throw new UnsupportedOperationException("the command has no monitor");
  }

  @Override
  public List<byte[]> takeSent() throws IOException {
    // what was sent is written before the answer to the next command
    client.command("endianness");
    if (wire.read(in) < 0) {
      throw new EOFException("the device has closed its wire");
    }
    in.flip();
    List<byte[]> frames = new ArrayList<>();
    while (in.remaining() >= 4 && in.remaining() >= 4 + in.getInt(in.position())) {
      byte[] frame = new byte[in.getInt()];
      in.get(frame);
      frames.add(frame);
    }
    in.compact();
    return frames;
  }

  /** Ends it by SIGTERM; gives the exit status. */
  int end() throws InterruptedException {
    process.destroy();
    return exit();
  }

  /** Waits for its end; gives the exit status. */
  int exit() throws InterruptedException {
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("patchbay device does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    wire.close();
    client.close();
    process.destroy();
  }
}
