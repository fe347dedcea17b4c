package dev.patchbay.sockets.blocking;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * What programs do with the JDK's sockets, each told as text with which any sockets can be
 * compared; on 127.0.0.1 alone.
 */
abstract class JdkScenarios {
  /** Whose sockets they are. */
  interface Sockets {
    Socket socket() throws IOException;

    ServerSocket server() throws IOException;

    DatagramSocket datagrams(SocketAddress local) throws IOException;
  }

  /** A scenario; what it returns or throws is compared. */
  interface Scenario {
    String run() throws Exception;
  }

  final Sockets net;
  final boolean virtual;
  private final Map<String, Scenario> all = new LinkedHashMap<>();

  JdkScenarios(Sockets net, boolean virtual) {
    this.net = net;
    this.virtual = virtual;
  }

  Map<String, Scenario> all() {
    return all;
  }

  void add(String name, Scenario scenario) {
    all.put(name, scenario);
  }

  // ---- what they are made of

  static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  static InetSocketAddress at(int port) throws IOException {
    return new InetSocketAddress(loopback(), port);
  }

  ServerSocket listening(int backlog) throws IOException {
    ServerSocket server = net.server();
    server.bind(at(0), backlog);
    return server;
  }

  /** A connection: the client, the server's end. */
  Socket[] pair() throws IOException {
    try (ServerSocket server = listening(5)) {
      Socket client = net.socket();
      client.connect(at(server.getLocalPort()));
      return new Socket[] {client, server.accept()};
    }
  }

  /** The same kind of thread that runs the scenario. */
  <T> Background<T> spawn(Callable<T> task) {
    return Background.of(virtual, task);
  }

  /** Time for a packet to arrive. */
  static void pause() throws InterruptedException {
    Thread.sleep(40);
  }

  /** Waits until the thread is within a call of a socket, and then until it may be waiting. */
  static void begun(Background<?> thread) throws InterruptedException {
    while (!thread.isDone()
        && Arrays.stream(thread.thread().getStackTrace())
            .noneMatch(f ->
                f.getClassName().startsWith("sun.nio.ch.") || f.getClassName().endsWith(".Call"))) {
      Thread.sleep(1);
    }
    pause();
  }

  /** What it returns or throws. */
  static String tell(Callable<?> task) {
    try {
      return String.valueOf(task.call());
    } catch (Throwable e) {
      return e.getClass().getName() + ": " + e.getMessage();
    }
  }

  static String failure(Background<?> thread) {
    return tell(thread::get);
  }

  interface Body {
    void run() throws Exception;
  }

  static String tellVoid(Body body) {
    return tell(() -> {
      body.run();
      return "done";
    });
  }

  static void send(Socket s, String text) throws IOException {
    s.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  static String receive(Socket s, int length) throws IOException {
    return new String(s.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
  }

  static void reset(Socket s) throws IOException {
    s.setSoLinger(true, 0);
    s.close();
  }

  static void awaitAvailable(Socket s) throws Exception {
    while (s.getInputStream().available() == 0) {
      Thread.sleep(1);
    }
  }

  static String state(Socket s) {
    return s.isBound() + " " + s.isConnected() + " " + s.isClosed();
  }
}
