package dev.patchbay.stack.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Send and receive of a stream by {@link ByteBuffer}s, also such outside of the heap. */
class StreamBuffersTest {
  private final SocketTester t = new SocketTester();
  private StreamSocket client;
  private StreamSocket server;

  @BeforeEach
  void connect() {
    StreamSocket[] both = t.connection();
    client = both[0];
    server = both[1];
  }

  @AfterEach
  void nothingLeaks() {
    client.close();
    server.close();
    t.lab.close();
  }

  @Test
  void whatABufferHoldsGoesOverAndItsPositionMoves() {
    ByteBuffer out = ByteBuffer.allocateDirect(20);
    out.put("..hello world..".getBytes(StandardCharsets.US_ASCII)).flip().position(2).limit(13);
    assertThat(client.send(out, 0)).isEqualTo(11);
    assertThat(out.remaining()).isZero();
    t.turn();
    ByteBuffer in = ByteBuffer.allocateDirect(8).position(1);
    assertThat(server.recv(in)).isEqualTo(7);
    assertThat(in.hasRemaining()).isFalse();
    byte[] got = new byte[7];
    in.get(1, got);
    assertThat(new String(got, StandardCharsets.US_ASCII)).isEqualTo("hello w");
    assertThat(t.receive(server)).isEqualTo("orld");
    assertThat(server.recv(in.clear())).isEqualTo(-Errno.EAGAIN);
  }

  @Test
  void aFullBufferTakesAPartAndOneWithoutRoomOrBytesNothing() {
    ByteBuffer much = ByteBuffer.allocateDirect(8 << 20);
    int taken = client.send(much, 0);
    assertThat(taken).isBetween(1, much.capacity() - 1);
    assertThat(much.position()).isEqualTo(taken);
    assertThat(client.send(much, 0)).isEqualTo(-Errno.EAGAIN);
    assertThat(client.send(ByteBuffer.allocate(0), 0)).isZero();
    t.turn();
    ByteBuffer in = ByteBuffer.allocate(taken + 1);
    for (int n = server.recv(in); n > 0; n = server.recv(in)) {
      t.turn();
    }
    assertThat(in.position()).isEqualTo(taken);
  }

  @Test
  void urgentDataIsMarkedAndPassedOver() {
    assertThat(client.send(ByteBuffer.wrap(new byte[] {1, 2, 3}), MessageFlags.MSG_OOB))
        .isEqualTo(3);
    assertThat(client.send(ByteBuffer.wrap(new byte[] {4, 5}), 0)).isEqualTo(2);
    t.turn();
    ByteBuffer in = ByteBuffer.allocate(10);
    assertThat(server.recv(in)).as("up to the mark").isEqualTo(2);
    byte[] urgent = new byte[1];
    assertThat(server.recv(urgent, 0, 1, MessageFlags.MSG_OOB)).isEqualTo(1);
    assertThat(urgent).containsExactly(3);
    assertThat(server.recv(in)).isEqualTo(2);
    assertThat(in.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 4, 5}));
  }

  @Test
  void theEndAndErrorsAreThoseOfOtherCalls() {
    client.shutdown(Socket.SHUT_WR);
    t.turn();
    assertThat(server.recv(ByteBuffer.allocate(1))).isZero();
    assertThat(client.send(ByteBuffer.allocate(1), 0)).isEqualTo(-Errno.EPIPE);
    assertThat(client.send(ByteBuffer.allocate(1), 1 << 30)).isEqualTo(-Errno.EINVAL);
    server.close();
    assertThat(server.recv(ByteBuffer.allocate(1))).isEqualTo(-Errno.EBADF);
    assertThat(t.stream().recv(ByteBuffer.allocate(1))).isEqualTo(-Errno.ENOTCONN);
  }
}
