package dev.patchbay.backend.plug;

import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.backend.sys.StreamFd;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.time.Timer;
import java.net.InetSocketAddress;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Connects a plug to a QEMU that listens: for ever, after 100 ms, then twice as long, up to 1 s.
 */
final class StreamConnector implements FdHandle.Listener {
  private static final Logger LOG = LogManager.getLogger(StreamConnector.class);
  private static final long FIRST_PAUSE = 100_000_000;
  private static final long LAST_PAUSE = 1_000_000_000;

  private final StreamPlug plug;
  private final SockAddr target = new SockAddr();
  private final Timer retry;
  private long pause = FIRST_PAUSE;
  private boolean told;
  private @Nullable FdHandle trial;

  StreamConnector(StreamPlug plug) {
    this.plug = plug;
    switch (plug.attachment.address()) {
      case PlugAddress.Unix unix -> target.setUnix(unix.path().toString());
      case PlugAddress.Tcp tcp -> target.set(new InetSocketAddress(tcp.host(), tcp.port()));
      default -> throw Plugs.wrongAddress(plug.attachment, plug.attachment.address());
    }
    retry = plug.loop.timer(this::attempt);
  }

  /** The first attempt comes with the next tick of the loop, when the caller has its plug. */
  void start() {
    retry.arm(plug.loop.now());
  }

  /** After the end of a connection. */
  void again() {
    retry.arm(plug.loop.now() + pause);
  }

  private void attempt() {
    int fd = StreamFd.connect(target, false);
    if (fd < 0) {
      failed(-fd);
      return;
    }
    FdHandle made = plug.loop.register(fd, this);
    trial = made;
    // a unix connect has ended already: the socket is writable at once
    made.setWritable(true);
  }

  @Override
  public void onReadable(FdHandle from) {
    // no read interest before the plug has the socket
  }

  @Override
  public void onWritable(FdHandle from) {
    ended(from);
  }

  @Override
  public void onError(FdHandle from, int events) {
    ended(from);
  }

  private void ended(FdHandle from) {
    if (!from.equals(trial)) {
      return;
    }
    trial = null;
    int error = Fd.socketError(from.number());
    SockAddr peer = new SockAddr();
    SockAddr own = new SockAddr();
    if (error == 0) {
      error = -Fd.peerAddress(from.number(), peer);
    }
    if (error == 0) {
      error = -Fd.localAddress(from.number(), own);
    }
    // TCP connects to itself where nobody listens and the kernel chose the target's port as the
    // local one
    if (error == 0 && peer.same(own) && peer.port() != 0) {
      error = Errno.ECONNREFUSED;
    }
    int fd = error == 0 ? Fd.duplicate(from.number()) : -1;
    from.close();
    if (fd < 0) {
      failed(error == 0 ? -fd : Math.abs(error));
      return;
    }
    pause = FIRST_PAUSE;
    told = false;
    plug.connected(fd);
  }

  private void failed(int errno) {
    if (!told) {
      told = true;
      LOG.info("{}: connect({}): {}; trying on", plug.name(), target, Errno.text(errno));
    }
    retry.arm(plug.loop.now() + pause);
    pause = Math.min(pause * 2, LAST_PAUSE);
  }

  /** Tries no more. */
  void close() {
    retry.cancel();
    FdHandle current = trial;
    trial = null;
    if (current != null) {
      current.close();
    }
  }
}
