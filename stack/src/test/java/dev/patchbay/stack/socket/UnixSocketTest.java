package dev.patchbay.stack.socket;

import static dev.patchbay.stack.socket.SocketTester.at;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A message with a name on the connected sockets of a pair. */
class UnixSocketTest {
  private final SocketTester t = new SocketTester();
  private final SocketAddress name = at("127.0.0.1", 1);

  @AfterEach
  void nothingLeaks() {
    t.lab.close();
  }

  @Test
  void sequencedPacketsIgnoreTheNameAlone() {
    Socket[] pair = t.pair(SocketType.SOCK_SEQPACKET);
    assertThat(t.sendTo(pair[0], "one", name)).isEqualTo("3");
    assertThat(t.receive(pair[1])).isEqualTo("one");
    pair[1].close();
    assertThat(t.sendTo(pair[0], "two", name)).as("nobody is there").isEqualTo("EPIPE");
    pair[0].close();
  }

  @Test
  void sequencedPacketsAreNotSentAfterShutdown() {
    Socket[] pair = t.pair(SocketType.SOCK_SEQPACKET);
    assertThat(pair[0].shutdown(Socket.SHUT_WR)).isZero();
    assertThat(t.sendTo(pair[0], "late", name)).isEqualTo("EPIPE");
    assertThat(t.receive(pair[1])).as("the end").isEmpty();
    pair[0].close();
    pair[1].close();
  }

  @Test
  void aStreamTakesNoName() {
    Socket[] pair = t.pair(SocketType.SOCK_STREAM);
    assertThat(t.sendTo(pair[0], "one", name)).isEqualTo("EISCONN");
    pair[0].close();
    pair[1].close();
  }
}
