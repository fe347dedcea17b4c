package dev.patchbay.stack.socket;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.tcp.TcpSocket;
import java.nio.ByteBuffer;

/** Bytes between messages and a connection ({@code tcp_sendmsg}, {@code tcp_recvmsg}). */
final class StreamTransfer {
  private StreamTransfer() {}

  /** Writes as many of a message's bytes as there is room for. */
  static int send(TcpSocket t, Message message) {
    int done = 0;
    for (int i = 0; i < message.count(); i++) {
      int length = message.length(i);
      int n = t.write(message.array(i), message.offset(i), length);
      done += Math.max(n, 0);
      if (n < length) {
        break;
      }
    }
    return done;
  }

  /**
   * Fills a message's buffers with what is there.
   *
   * @param skip bytes to pass over in peeking
   * @param limit how many bytes to take at most
   */
  static int receive(TcpSocket t, Message message, int flags, int skip, int limit) {
    boolean peek = (flags & MessageFlags.MSG_PEEK) != 0;
    if ((flags & MessageFlags.MSG_TRUNC) != 0) {
      // tcp(7): "the received bytes are discarded, rather than passed back"
      int n = Math.min(limit, Math.min(t.available() - skip, message.total()));
      t.consume(peek ? 0 : n);
      return n;
    }
    int done = 0;
    for (int i = 0; i < message.count(); i++) {
      byte[] to = message.array(i);
      int length = Math.min(message.length(i), limit - done);
      int n =
          peek
              ? t.peek(skip + done, to, message.offset(i), length)
              : t.read(to, message.offset(i), length);
      done += Math.max(n, 0);
      if (n < message.length(i)) {
        break;
      }
    }
    return done;
  }

  /** Fills a buffer with what is there, packet by packet, at most {@code limit} bytes. */
  static int receive(TcpSocket t, ByteBuffer to, int limit) {
    int most = Math.min(limit, to.remaining());
    int done = 0;
    for (Packet p = t.peekPacket(); p != null && done < most; p = t.peekPacket()) {
      int n = Math.min(most - done, t.peekLength());
      to.put(p.data, t.peekOffset(), n);
      t.consume(n);
      done += n;
    }
    return done;
  }
}
