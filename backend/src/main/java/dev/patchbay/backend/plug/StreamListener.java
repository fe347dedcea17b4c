package dev.patchbay.backend.plug;

import dev.patchbay.backend.config.Cidr;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.backend.sys.StreamFd;
import dev.patchbay.backend.sys.SysException;
import dev.patchbay.backend.sys.UnixPath;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.time.Timer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/** Waits for a plug's machine: takes one connection at a time, and closes others at once. */
final class StreamListener implements FdHandle.Listener {
  private static final Logger LOG = LogManager.getLogger(StreamListener.class);
  private static final int BACKLOG = 8;
  private static final long PAUSE = 100_000_000;

  private final StreamPlug plug;
  private final FdHandle handle;
  private final Timer resume;
  private final SockAddr peer = new SockAddr();
  private final String address;
  private @Nullable UnixPath file;

  StreamListener(StreamPlug plug) throws IOException {
    this.plug = plug;
    int fd;
    if (plug.attachment.address() instanceof PlugAddress.Unix(java.nio.file.Path path)) {
      fd = listenUnix(path);
      address = plug.attachment.address().toString();
    } else {
      PlugAddress.Tcp tcp = (PlugAddress.Tcp) plug.attachment.address();
      SockAddr local = new SockAddr().set(new InetSocketAddress(tcp.host(), tcp.port()));
      fd = StreamFd.listen(local, BACKLOG);
      Fd.localAddress(fd, local);
      address = new PlugAddress.Tcp(tcp.host(), local.port()).toString();
    }
    handle = plug.loop.register(fd, this);
    handle.setReadable(true);
    resume = plug.loop.timer(() -> handle.setReadable(true));
  }

  private int listenUnix(java.nio.file.Path path) throws IOException {
    int fd = SysException.check(StreamFd.open(Linux.AF_UNIX), "socket(unix)");
    try {
      file = UnixPath.bind(fd, path, Linux.SOCK_STREAM);
      SysException.check(Fd.listen(fd, BACKLOG), "listen(" + path + ")");
      return fd;
    } catch (IOException e) {
      Fd.close(fd);
      throw e;
    }
  }

  /** What was bound, port 0 resolved. */
  String address() {
    return address;
  }

  @Override
  public void onReadable(FdHandle from) {
    int fd = Fd.accept(from.number(), peer);
    while (fd >= 0) {
      take(fd);
      fd = Fd.accept(from.number(), peer);
    }
    if (fd != -Errno.EAGAIN && fd != -Errno.EINTR && fd != -Errno.ECONNABORTED) {
      // without descriptors the connection stays where it is: asking again at once would spin
      LOG.warn("{}: accept: {}", plug.name(), Errno.text(-fd));
      from.setReadable(false);
      resume.arm(plug.loop.now() + PAUSE);
    }
  }

  private void take(int fd) {
    if (plug.connected()) {
      refuse(fd, "a machine is plugged in already");
    } else if (!allowed()) {
      refuse(fd, "not in allow=");
    } else {
      plug.connected(fd);
    }
  }

  private void refuse(int fd, String why) {
    plug.statistics.refused++;
    LOG.info("{}: connection from {} closed: {}", plug.name(), peer, why);
    Fd.close(fd);
  }

  private boolean allowed() {
    if (peer.family() == Linux.AF_UNIX || !peer.isSet()) {
      return true;
    }
    InetAddress host = peer.toInetSocketAddress().getAddress();
    List<Cidr> allow = plug.attachment.allow();
    return allow.isEmpty()
        ? host.isLoopbackAddress()
        : allow.stream().anyMatch(range -> range.contains(host));
  }

  @Override
  public void onError(FdHandle from, int events) {
    LOG.warn("{}: listener: {}", plug.name(), Errno.text(Fd.socketError(from.number())));
  }

  /** Takes no more; the path is removed. */
  void close() {
    resume.cancel();
    handle.close();
    if (file != null) {
      file.remove();
    }
  }
}
