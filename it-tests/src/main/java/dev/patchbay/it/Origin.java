package dev.patchbay.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The far side of an uplink: a program that serves data with a known hash, takes uploads and hashes
 * them, and echoes. It listens on all addresses of its namespace, tells its ports in one line, and
 * ends when its standard input does, so that it cannot outlive who started it.
 *
 * <pre>
 *   HTTP    GET /bytes/N     N bytes of {@link TestData}, header X-Sha256
 *           POST|PUT /hash   the SHA-256 of what was sent, in hexadecimal
 *   echo    TCP and UDP, the same port
 *   source  TCP: a line with a number N, answered by N bytes and the end
 *   sink    TCP: takes all until the end, answers the SHA-256 as a line
 *   who     TCP: the address and port of the client as a line, e.g. 192.0.2.1:40000
 *   meet    TCP: a line with a number N, then data until the end; given back when N clients are
 *           there at the same time
 * </pre>
 */
public final class Origin {
  private static final int CHUNK = 64 << 10;
  private static final int MEETING_LIMIT_SECONDS = 80;
  private static final Map<Integer, CyclicBarrier> MEETINGS = new ConcurrentHashMap<>();

  private Origin() {}

  private interface Service {
    void serve(Socket socket) throws IOException;
  }

  /** Serves until the end of standard input. */
  @SuppressWarnings("SystemOut")
  public static void main(String[] arguments) throws IOException {
    HttpServer http = HttpServer.create(new InetSocketAddress(port(arguments, 0)), 512);
    http.createContext("/bytes/", Origin::bytes);
    http.createContext("/hash", Origin::hash);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.start();
    int echo = listen(port(arguments, 1), Origin::echo);
    DatagramSocket datagrams = new DatagramSocket(echo);
    Thread.ofPlatform().daemon().start(() -> echo(datagrams));
    int source = listen(0, Origin::source);
    int sink = listen(0, Origin::sink);
    int who = listen(0, Origin::who);
    int meet = listen(0, Origin::meet);
    System.out.println(
        "ports "
            + http.getAddress().getPort()
            + " "
            + echo
            + " "
            + source
            + " "
            + sink
            + " "
            + who
            + " "
            + meet);
    while (System.in.read() >= 0) {
      // only its end counts
    }
    System.exit(0);
  }

  private static int port(String[] arguments, int index) {
    return index < arguments.length ? Integer.parseInt(arguments[index]) : 0;
  }

  private static int listen(int port, Service service) throws IOException {
    ServerSocket server = new ServerSocket(port, 512);
    Thread.ofVirtual()
        .start(() -> {
          while (true) {
            try {
              Socket socket = server.accept();
              Thread.ofVirtual().start(() -> serve(socket, service));
            } catch (IOException e) {
              return;
            }
          }
        });
    return server.getLocalPort();
  }

  private static void serve(Socket socket, Service service) {
    try (socket) {
      service.serve(socket);
    } catch (IOException _) {
      // a client that leaves is the client's business
    }
  }

  private static void bytes(HttpExchange exchange) throws IOException {
    try (exchange) {
      long length =
          Long.parseLong(exchange.getRequestURI().getPath().substring("/bytes/".length()));
      exchange.getResponseHeaders().set("X-Sha256", TestData.sha256(length));
      exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
      exchange.sendResponseHeaders(200, length == 0 ? -1 : length);
      if (length > 0) {
        new TestData(length).transferTo(exchange.getResponseBody());
      }
    } catch (NumberFormatException e) {
      exchange.sendResponseHeaders(400, -1);
    }
  }

  private static void hash(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] answer = sha256(exchange.getRequestBody()).getBytes(StandardCharsets.US_ASCII);
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private static void echo(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    socket.getInputStream().transferTo(socket.getOutputStream());
  }

  private static void echo(DatagramSocket socket) {
    DatagramPacket packet = new DatagramPacket(new byte[65536], 65536);
    while (true) {
      try {
        packet.setLength(65536);
        socket.receive(packet);
        socket.send(packet);
      } catch (IOException _) {
        // an ICMP error of an earlier client must not end the service
      }
    }
  }

  private static void source(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    new TestData(number(in)).transferTo(socket.getOutputStream());
    socket.shutdownOutput();
    in.readAllBytes();
  }

  private static long number(InputStream in) throws IOException {
    StringBuilder digits = new StringBuilder();
    int b;
    while ((b = in.read()) >= 0 && b != '\n') {
      digits.append((char) b);
    }
    return Long.parseLong(digits.toString().strip());
  }

  private static void meet(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    int count = (int) number(in);
    byte[] data = in.readAllBytes();
    try {
      MEETINGS
          .computeIfAbsent(count, CyclicBarrier::new)
          .await(MEETING_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (BrokenBarrierException | TimeoutException e) {
      return; // they get nothing, which their test sees
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    socket.getOutputStream().write(data);
  }

  private static void sink(Socket socket) throws IOException {
    String hash = sha256(socket.getInputStream());
    socket.getOutputStream().write((hash + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private static void who(Socket socket) throws IOException {
    InetSocketAddress client = (InetSocketAddress) socket.getRemoteSocketAddress();
    String line = client.getAddress().getHostAddress() + ":" + client.getPort() + "\n";
    socket.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
  }

  private static String sha256(InputStream in) throws IOException {
    MessageDigest digest = TestData.digest();
    byte[] chunk = new byte[CHUNK];
    int read;
    while ((read = in.read(chunk)) >= 0) {
      digest.update(chunk, 0, read);
    }
    return TestData.hex(digest);
  }
}
