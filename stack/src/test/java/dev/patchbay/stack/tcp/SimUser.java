package dev.patchbay.stack.tcp;

import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.time.Timer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a simulated transfer: writes its pattern, checks the other's, ends its direction when
 * all is written. It may read slowly and may answer only what it has read.
 */
final class SimUser implements TcpHandler {
  private static final int CHUNK = 16_384;

  final int total;
  final int key;

  /** Bytes that may be written beyond those read; {@link Integer#MAX_VALUE}: no conversation. */
  int credit = Integer.MAX_VALUE;

  /** Bytes read at once by a slow reader, 0: all. */
  int sip;

  /** Time between two sips, ns. */
  long sipEvery;

  boolean noDelay;

  /** Calls {@link TcpSocket#close} when both directions have ended. */
  boolean closes;

  int sendBuffer;
  int receiveBuffer;
  @Nullable TcpSocket socket;
  @Nullable TcpError closed;
  int written;
  int read;
  boolean eof;
  private final VirtualLoop loop;
  private final RandomSource random;
  private final byte[] chunk = new byte[CHUNK];
  private final Timer sipTimer;

  SimUser(VirtualLoop loop, int total, int key, RandomSource random) {
    this.loop = loop;
    this.total = total;
    this.key = key;
    this.random = random;
    sipTimer = loop.timer(this::sip);
  }

  private static byte at(int key, int position) {
    return (byte) ((position + key) * 0x9e3779b97f4a7c15L >>> 56);
  }

  /** The socket that is this user's; its buffers and options are set. */
  void take(@Nullable TcpSocket s) {
    if (s == null) {
      throw new AssertionError("no socket");
    }
    socket = s;
    s.noDelay(noDelay);
    if (sendBuffer > 0) {
      s.sendBuffer(sendBuffer);
    }
    if (receiveBuffer > 0) {
      s.receiveBuffer(receiveBuffer);
    }
  }

  private void write(TcpSocket s) {
    int limit = eof ? total : (int) Math.min(total, (long) read + credit);
    while (written < limit) {
      int n = Math.min(limit - written, 1 + random.nextInt(CHUNK));
      for (int i = 0; i < n; i++) {
        chunk[i] = at(key, written + i);
      }
      int taken = s.write(chunk, 0, n);
      if (taken > 0) {
        written += taken;
      }
      if (taken < n) {
        return;
      }
    }
    if (written == total) {
      s.shutdownOutput();
      closeWhenDone(s);
    }
  }

  private void drink(TcpSocket s, int most) {
    int left = most;
    int n = 1;
    while (left > 0 && n > 0) {
      n = s.read(chunk, 0, Math.min(left, 1 + random.nextInt(CHUNK)));
      for (int i = 0; i < n; i++) {
        if (chunk[i] != at(key ^ 1, read + i)) {
          throw new AssertionError("wrong byte at " + (read + i));
        }
      }
      read += Math.max(0, n);
      left -= Math.max(0, n);
    }
    if (n < 0) {
      eof = true;
      write(s);
      closeWhenDone(s);
    } else if (credit != Integer.MAX_VALUE) {
      write(s);
    }
  }

  private void closeWhenDone(TcpSocket s) {
    if (closes && eof && written == total) {
      s.close();
    }
  }

  private void sip() {
    if (socket != null && !eof) {
      drink(socket, sip);
      if (!eof && closed == null) {
        sipTimer.arm(loop.now() + sipEvery);
      }
    }
  }

  @Override
  public void onConnected(TcpSocket s) {
    write(s);
    if (sip > 0) {
      sipTimer.arm(loop.now() + sipEvery);
    }
  }

  @Override
  public void onReadable(TcpSocket s) {
    if (sip == 0) {
      drink(s, Integer.MAX_VALUE);
    }
  }

  @Override
  public void onWritable(TcpSocket s) {
    write(s);
  }

  @Override
  public void onClosed(TcpSocket s, TcpError error) {
    closed = error;
    eof |= s.isEndOfStream();
    sipTimer.cancel();
  }

  @Override
  public String toString() {
    return "writes "
        + total
        + (credit == Integer.MAX_VALUE ? "" : " credit " + credit)
        + (sip == 0 ? "" : " sips " + sip + " every " + sipEvery / 1_000_000 + " ms")
        + (noDelay ? " nodelay" : "")
        + (closes ? " closes" : "")
        + " sndbuf "
        + sendBuffer
        + " rcvbuf "
        + receiveBuffer;
  }
}
