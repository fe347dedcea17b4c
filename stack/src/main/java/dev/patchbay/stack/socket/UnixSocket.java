package dev.patchbay.stack.socket;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketQueue;
import org.jspecify.annotations.Nullable;

/**
 * One end of a {@code socketpair} (unix(7)): stream, datagram or sequenced packets. What is sent
 * lies in the peer's queue at once, charged to the sender's {@code SO_SNDBUF}.
 */
final class UnixSocket extends Socket {
  /** Longest piece of a stream in one packet, and greatest datagram that a pool's packet takes. */
  private static final int PIECE = 32 << 10;

  private static final int MAX_DATAGRAM = 65_000;

  private final PacketQueue queue = new PacketQueue();
  private @Nullable UnixSocket peer;
  private boolean peerGone;

  UnixSocket(SocketLayer layer, int type) {
    super(layer, AddressFamily.AF_UNIX, type, 0);
  }

  void join(UnixSocket other) {
    peer = other;
  }

  private boolean isStream() {
    return type() == SocketType.SOCK_STREAM;
  }

  @Override
  public int bind(SocketAddress address) {
    return isClosed() ? -Errno.EBADF : -Errno.EOPNOTSUPP;
  }

  @Override
  public int connect(SocketAddress address) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if (address.family != AddressFamily.AF_UNIX) {
      return -Errno.EINVAL;
    }
    return isDatagram() ? -Errno.EOPNOTSUPP : -Errno.EISCONN;
  }

  private boolean isDatagram() {
    return type() == SocketType.SOCK_DGRAM;
  }

  @Override
  public int listen(int backlog) {
    return isClosed() ? -Errno.EBADF : isDatagram() ? -Errno.EOPNOTSUPP : -Errno.EINVAL;
  }

  @Override
  public @Nullable Socket accept(@Nullable SocketAddress peerName) {
    layer().fail(isClosed() ? Errno.EBADF : isDatagram() ? Errno.EOPNOTSUPP : Errno.EINVAL);
    return null;
  }

  // ---- data

  @Override
  public int sendmsg(Message m, int flags) {
    int status = maySend(m, flags);
    UnixSocket to = peer;
    if (status < 0 || to == null) {
      return status;
    }
    if (isStream()) {
      int done = 0;
      for (int i = 0; i < m.count(); i++) {
        int n = to.append(m.array(i), m.offset(i), m.length(i), sendBufferSize());
        done += n;
        if (n < m.length(i)) {
          break;
        }
      }
      if (done > 0) {
        to.wake(PollEvents.READABLE);
      }
      return done > 0 || m.total() == 0 ? done : -Errno.EAGAIN;
    }
    return to.takeDatagram(m, sendBufferSize());
  }

  private int maySend(Message m, int flags) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if ((flags & ~MessageFlags.SEND) != 0) {
      return -Errno.EINVAL;
    }
    if ((flags & MessageFlags.MSG_OOB) != 0) {
      return -Errno.EOPNOTSUPP;
    }
    if (m.name != null && isStream()) {
      return -Errno.EISCONN;
    }
    if (error() != 0) {
      return -takeError();
    }
    UnixSocket to = peer;
    boolean deaf = to != null && (to.shutdownMask() & RCV_SHUTDOWN) != 0;
    if ((shutdownMask() & SEND_SHUTDOWN) != 0 || deaf) {
      return -Errno.EPIPE;
    }
    if (to == null) {
      if (isDatagram() && !peerGone) {
        return -Errno.ENOTCONN;
      }
      peerGone = !isDatagram();
      return isDatagram() ? -Errno.ECONNREFUSED : -Errno.EPIPE;
    }
    return 0;
  }

  /** Bytes of a stream that found room. */
  private int append(byte[] data, int offset, int length, int limit) {
    int done = 0;
    while (done < length) {
      Packet last = queue.peekLast();
      int n = last == null ? 0 : Math.min(last.tailroom(), length - done);
      if (n > 0 && last != null) {
        System.arraycopy(data, offset + done, last.data, last.append(n), n);
        done += n;
        continue;
      }
      if (queue.charge() >= limit) {
        break;
      }
      Packet packet = layer().stack().pool().acquire(Math.min(PIECE, length - done));
      if (packet == null) {
        break;
      }
      n = Math.min(Math.min(PIECE, packet.tailroom()), length - done);
      System.arraycopy(data, offset + done, packet.data, packet.append(n), n);
      queue.add(packet);
      done += n;
    }
    return done;
  }

  private int takeDatagram(Message m, int limit) {
    int length = m.total();
    if (length > MAX_DATAGRAM || length > limit) {
      return -Errno.EMSGSIZE;
    }
    if (queue.charge() + length > limit) {
      return -Errno.EAGAIN;
    }
    Packet packet = layer().stack().pool().acquire(length);
    if (packet == null) {
      return -Errno.ENOBUFS;
    }
    m.gather(packet.data, packet.append(length));
    queue.add(packet);
    wake(PollEvents.READABLE);
    return length;
  }

  @Override
  public int recvmsg(Message m, int flags) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if ((flags & ~MessageFlags.RECEIVE) != 0) {
      return -Errno.EINVAL;
    }
    if ((flags & MessageFlags.MSG_OOB) != 0) {
      return isStream() ? -Errno.EINVAL : -Errno.EOPNOTSUPP;
    }
    m.flags = 0;
    m.control = 0;
    if (m.name != null) {
      m.name.clear();
    }
    if ((flags & MessageFlags.MSG_ERRQUEUE) != 0 || queue.isEmpty()) {
      return nothing(flags);
    }
    return isStream() ? stream(m, flags) : datagram(m, flags);
  }

  private int nothing(int flags) {
    if (error() != 0) {
      return -takeError();
    }
    boolean ended = (shutdownMask() & RCV_SHUTDOWN) != 0 || peerGone && !isDatagram();
    return (flags & MessageFlags.MSG_ERRQUEUE) == 0 && ended ? 0 : -Errno.EAGAIN;
  }

  private int stream(Message m, int flags) {
    boolean peek = (flags & MessageFlags.MSG_PEEK) != 0;
    int done = 0;
    for (Packet p = queue.peek(); p != null && done < m.total(); ) {
      int n = m.scatter(done, p.data, p.head, p.length());
      done += n;
      if (peek) {
        p = p.next;
        continue;
      }
      int left = p.length() - n;
      if (left == 0) {
        queue.poll();
        p.release();
      } else {
        p.pull(n);
      }
      p = queue.peek();
    }
    if (!peek) {
      writable();
    }
    return done;
  }

  private int datagram(Message m, int flags) {
    Packet p = queue.peek();
    if (p == null) {
      return -Errno.EAGAIN;
    }
    int length = p.length();
    int n = m.scatter(0, p.data, p.head, length);
    m.flags = n < length ? MessageFlags.MSG_TRUNC : 0;
    if (type() == SocketType.SOCK_SEQPACKET) {
      m.flags |= MessageFlags.MSG_EOR;
    }
    if ((flags & MessageFlags.MSG_PEEK) == 0) {
      queue.poll();
      p.release();
      writable();
    }
    return (flags & MessageFlags.MSG_TRUNC) != 0 ? length : n;
  }

  private void writable() {
    UnixSocket from = peer;
    if (from != null) {
      from.wake(PollEvents.WRITABLE | PollEvents.POLLWRBAND);
    }
  }

  // ---- the rest

  /** {@code unix_shutdown}: the peer's other direction ends too. */
  @Override
  protected int shutDown(int how) {
    shutdownMask(shutdownMask() | how);
    UnixSocket other = peer;
    if (other != null && !isDatagram()) {
      int its = (how & RCV_SHUTDOWN) != 0 ? SEND_SHUTDOWN : 0;
      its |= (how & SEND_SHUTDOWN) != 0 ? RCV_SHUTDOWN : 0;
      other.shutdownMask(other.shutdownMask() | its);
      other.wake(0);
    }
    wake(0);
    return 0;
  }

  @Override
  protected void release() {
    boolean unread = !queue.isEmpty();
    queue.release();
    UnixSocket other = peer;
    peer = null;
    if (other != null) {
      other.peer = null;
      other.peerGone = true;
      if (!isDatagram()) {
        other.shutdownMask(SHUTDOWN_MASK);
        if (unread) {
          other.error(Errno.ECONNRESET);
        }
      }
      other.wake(0);
    }
  }

  @Override
  public int getsockname(SocketAddress out) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    out.set(AddressFamily.AF_UNIX, 0, 0, 0);
    return 0;
  }

  @Override
  public int getpeername(SocketAddress out) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if (peer == null && isDatagram()) {
      return -Errno.ENOTCONN;
    }
    out.set(AddressFamily.AF_UNIX, 0, 0, 0);
    return 0;
  }

  /** {@code unix_poll}, {@code unix_dgram_poll}. */
  @Override
  public int poll() {
    if (isClosed()) {
      return PollEvents.POLLHUP;
    }
    int mask = error() != 0 ? PollEvents.POLLERR : 0;
    if (shutdownMask() == SHUTDOWN_MASK) {
      mask |= PollEvents.POLLHUP;
    }
    if ((shutdownMask() & RCV_SHUTDOWN) != 0) {
      mask |= PollEvents.POLLRDHUP | PollEvents.READABLE;
    }
    if (!queue.isEmpty()) {
      mask |= PollEvents.READABLE;
    }
    UnixSocket to = peer;
    if (to == null || to.queue.charge() * 4 <= sendBufferSize()) {
      mask |= PollEvents.WRITABLE | PollEvents.POLLWRBAND;
    }
    return mask;
  }
}
