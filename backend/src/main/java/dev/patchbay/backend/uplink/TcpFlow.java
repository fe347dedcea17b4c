package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.backend.sys.SockOpt;
import dev.patchbay.backend.sys.StreamFd;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.tcp.TcpHandler;
import dev.patchbay.stack.tcp.TcpSocket;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection: a socket of our own TCP towards the guest, a socket of the host towards the
 * world, and what is moved between them.
 *
 * <p>Nothing is buffered here: the host's socket is read only as far as the guest's send buffer has
 * room, and what the guest sent stays in its receive queue, its window closing, until the host's
 * socket takes it. FIN and RST go through in both directions.
 */
final class TcpFlow implements TcpHandler, FdHandle.Listener {
  private static final byte[] NOTHING = new byte[1];

  /** Bytes that one flow moves per event, so that the others have their turn. */
  private static final int BUDGET = 1 << 20;

  private final TcpRelay relay;
  private final Shared shared;
  private final boolean forwarded;
  private final GuestLimits.@Nullable Guest guest;
  final FdHandle handle;
  @Nullable TcpSocket socket;
  @Nullable TcpFlow previous;
  @Nullable TcpFlow next;
  long last;
  private boolean spliced;
  private boolean hostEnded;
  private boolean guestEnded;
  private boolean released;

  /**
   * What the guest's send buffer did not take for want of memory, though it had room: rare, at most
   * one read.
   */
  private byte @Nullable [] held;

  private int heldAt;
  long bytesOut;
  long bytesIn;

  /**
   * A connection that a guest opened; its host socket is connected, and its handle passes its
   * events on to this.
   */
  TcpFlow(TcpRelay relay, FdHandle handle, GuestLimits.Guest guest) {
    this.relay = relay;
    this.shared = relay.shared;
    this.guest = guest;
    this.handle = handle;
    forwarded = false;
    last = shared.now();
    relay.add(this);
  }

  /**
   * A connection whose host socket is connected; {@code fd} is this flow's from now on.
   *
   * @param guest who opened it; null for a forward's client
   */
  TcpFlow(TcpRelay relay, int fd, GuestLimits.@Nullable Guest guest) {
    this.relay = relay;
    this.shared = relay.shared;
    this.guest = guest;
    forwarded = guest == null;
    handle = shared.io.open(fd, this);
    last = shared.now();
    relay.add(this);
  }

  /** The guest's socket of a connection under way; the flow begins with {@link #onConnected}. */
  void guestSide(TcpSocket guestSocket) {
    socket = guestSocket;
    guestSocket.noDelay(true);
  }

  boolean isForwarded() {
    return forwarded;
  }

  boolean isHalfClosed() {
    return hostEnded || guestEnded;
  }

  boolean isSpliced() {
    return spliced;
  }

  // ---- the guest's side

  @Override
  public void onConnected(TcpSocket s) {
    spliced = true;
    last = shared.now();
    if (forwarded) {
      shared.counters.forwardOpened++;
    }
    handle.setReadable(true);
  }

  @Override
  public void onReadable(TcpSocket s) {
    toHost(s);
  }

  @Override
  public void onWritable(TcpSocket s) {
    if (!hostEnded && spliced && !handle.isClosed() && flushHeld(s)) {
      handle.setReadable(true);
    }
  }

  @Override
  public void onClosed(TcpSocket s, TcpError error) {
    if (!handle.isClosed()) {
      if (error != TcpError.NONE) {
        SockOpt.resetOnClose(handle.number());
      }
      handle.close();
    }
    if (forwarded && !spliced) {
      shared.counters.forwardFailed++;
    }
    release();
  }

  private void toHost(TcpSocket s) {
    if (guestEnded || !spliced || handle.isClosed()) {
      return;
    }
    int moved = 0;
    while (moved < BUDGET) {
      int length = gather(s);
      if (length == 0) {
        break;
      }
      int n = StreamFd.write(handle.number(), shared.bytes, 0, length);
      if (n < 0 && n != -Errno.EAGAIN) {
        hostFailed();
        return;
      }
      if (n > 0) {
        s.consume(n);
        moved += n;
      }
      if (n < length) {
        break;
      }
    }
    if (moved > 0) {
      last = shared.now();
      bytesOut += moved;
      shared.counters.tcpBytesOut += moved;
    }
    handle.setWritable(s.available() > 0);
    if (s.isEndOfStream()) {
      guestEnded = true;
      StreamFd.shutdownWrite(handle.number());
      endIfBothEnded(s);
    }
  }

  /**
   * Copies what the guest sent, many small segments at a time, to where the kernel can take it in
   * one call.
   */
  private int gather(TcpSocket s) {
    byte[] bytes = shared.bytes;
    int length = 0;
    for (Packet p = s.peekPacket(); p != null && length < Shared.SCRATCH; p = p.next) {
      int n = Math.min(p.tail - p.head, Shared.SCRATCH - length);
      System.arraycopy(p.data, p.head, bytes, length, n);
      length += n;
    }
    return length;
  }

  // ---- the host's side

  @Override
  public void onReadable(FdHandle h) {
    TcpSocket s = socket;
    if (s == null || !spliced || !flushHeld(s)) {
      h.setReadable(false);
      return;
    }
    int moved = 0;
    while (moved < BUDGET) {
      int room = s.writable();
      if (room == 0) {
        waitForRoom(s, h);
        break;
      }
      int asked = Math.min(room, Shared.SCRATCH);
      int n = StreamFd.read(h.number(), shared.bytes, 0, asked);
      if (n == -Errno.EAGAIN) {
        break;
      }
      if (n <= 0) {
        hostEnded(s, n);
        break;
      }
      moved += n;
      int taken = Math.max(0, s.write(shared.bytes, 0, n));
      if (taken < n) {
        hold(taken, n);
        h.setReadable(false);
        break;
      }
      if (n < asked) {
        break;
      }
    }
    if (moved > 0) {
      last = shared.now();
      bytesIn += moved;
      shared.counters.tcpBytesIn += moved;
    }
  }

  /** A write that takes nothing asks for {@link #onWritable}. */
  private static void waitForRoom(TcpSocket s, FdHandle h) {
    h.setReadable(false);
    s.write(NOTHING, 0, 1);
  }

  private void hold(int from, int to) {
    held = Arrays.copyOfRange(shared.bytes, from, to);
    heldAt = 0;
  }

  /** Whether nothing is held back any more. */
  private boolean flushHeld(TcpSocket s) {
    byte[] b = held;
    if (b == null) {
      return true;
    }
    int n = s.write(b, heldAt, b.length - heldAt);
    heldAt += Math.max(0, n);
    if (n < 0 || heldAt == b.length) {
      held = null;
      return true;
    }
    return false;
  }

  private void hostEnded(TcpSocket s, int result) {
    if (result < 0) {
      hostFailed();
      return;
    }
    hostEnded = true;
    if (!guestEnded) {
      handle.setReadable(false);
    }
    s.shutdownOutput();
    endIfBothEnded(s);
  }

  private void endIfBothEnded(TcpSocket s) {
    if (hostEnded && guestEnded) {
      handle.close();
      s.close();
    }
  }

  @Override
  public void onWritable(FdHandle h) {
    TcpSocket s = socket;
    if (s == null) {
      h.setWritable(false);
    } else {
      toHost(s);
    }
  }

  @Override
  public void onError(FdHandle h, int events) {
    // EPOLLHUP alone: both directions have ended; while reading it is seen there
    if (Fd.socketError(h.number()) != 0 || !spliced) {
      hostFailed();
    }
  }

  /** The world reset the connection, or the host lost it: so is the guest's. */
  private void hostFailed() {
    abort();
  }

  /** Resets both sides. */
  void abort() {
    if (!handle.isClosed()) {
      SockOpt.resetOnClose(handle.number());
      handle.close();
    }
    TcpSocket s = socket;
    if (s == null) {
      release();
    } else {
      // onClosed follows
      s.abort();
    }
  }

  private void release() {
    if (released) {
      return;
    }
    released = true;
    held = null;
    relay.remove(this);
    if (guest != null) {
      shared.limits.give(GuestLimits.Kind.TCP, guest);
    }
  }
}
