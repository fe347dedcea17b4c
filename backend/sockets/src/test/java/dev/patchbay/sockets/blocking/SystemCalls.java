package dev.patchbay.sockets.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.socket.SocketOptions;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What tests of system calls share: two hosts, and nobody who still waits in the end. */
abstract class SystemCalls {
  static final int SOL = SocketOptions.SOL_SOCKET;

  TwoHosts net;

  @BeforeEach
  void begin() throws Exception {
    net = new TwoHosts();
  }

  @AfterEach
  void end() throws Exception {
    assertThat(net.waiting()).as("sockets on which somebody still waits").isZero();
    assertThat(net.onLoop(net.loop::failures)).isZero();
    net.close();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static int send(BlockingSocket s, String text) throws Exception {
    byte[] b = bytes(text);
    return s.send(b, 0, b.length, 0);
  }

  static String recv(BlockingSocket s, int room, int flags) throws Exception {
    byte[] b = new byte[room];
    int n = s.recv(b, 0, room, flags);
    return new String(b, 0, n, StandardCharsets.US_ASCII);
  }

  /** {@code struct timeval}. */
  static void timeout(BlockingSocket s, int name, int millis) throws Exception {
    byte[] value = new byte[16];
    JdkOptions.littleEndian(value, 0, millis / 1000);
    JdkOptions.littleEndian(value, 8, millis % 1000 * 1000);
    s.setsockopt(SOL, name, value, 16);
  }

  static void linger(BlockingSocket s, int seconds) throws Exception {
    byte[] value = new byte[8];
    value[0] = 1;
    JdkOptions.littleEndian(value, 4, seconds);
    s.setsockopt(SOL, SocketOptions.SO_LINGER, value, 8);
  }

  static int errno(Throwable e) {
    assertThat(e).isInstanceOf(ErrnoException.class);
    return ((ErrnoException) e).errno();
  }

  void awaitWaiting(int sockets) throws Exception {
    net.awaitWaiting(sockets);
  }

  void awaitQueued(BlockingSocket s, int calls) throws Exception {
    while (net.onLoop(() -> s.readers().size()) != calls) {
      Thread.sleep(1);
    }
  }
}
