package dev.patchbay.backend.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A small web server on the host's loopback with one file of random bytes: what the guest downloads
 * from 10.0.2.2.
 */
final class LoopbackServer implements AutoCloseable {
  /** Bytes of the file. */
  static final int LENGTH = 16_000_000;

  private final byte[] data = new byte[LENGTH];
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Listens on a free port of 127.0.0.1. */
  LoopbackServer() throws IOException {
    new Random().nextBytes(data);
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 8);
    server.createContext("/", this::serve);
    server.setExecutor(threads);
    server.start();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, data.length);
      exchange.getResponseBody().write(data);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** SHA-256 of the file in lower-case hexadecimal. */
  String sha256() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
