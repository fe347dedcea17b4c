package dev.patchbay.backend.uplink;

import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.backend.sys.SockOpt;
import dev.patchbay.backend.sys.UnixPath;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.time.Timer;
import org.jspecify.annotations.Nullable;

/** A TCP or unix listener of the host: each client becomes a connection to the guest. */
final class StreamForward extends OpenForward {
  private static final int CLIENTS_PER_EVENT = 64;
  private static final long PAUSE = 100_000_000L;

  private final SockAddr peer = new SockAddr();
  private final Timer resume;

  private final @Nullable UnixPath file;

  /**
   * @param file of a unix socket, else null
   */
  StreamForward(
      ForwardTable table, int id, Forward rule, int port, int fd, @Nullable UnixPath file) {
    super(table, id, rule, port, fd);
    this.file = file;
    resume = table.shared.io.loop().timer(() -> handle.setReadable(true));
  }

  @Override
  public void onReadable(FdHandle h) {
    for (int i = 0; i < CLIENTS_PER_EVENT; i++) {
      peer.clear();
      int fd = Fd.accept(h.number(), peer);
      if (fd == -Errno.EMFILE || fd == -Errno.ENFILE || fd == -Errno.ENOMEM) {
        // the client stays in the backlog: try again when others may have ended
        table.shared.counters.hostErrors++;
        h.setReadable(false);
        resume.arm(table.shared.now() + PAUSE);
        return;
      }
      if (fd == -Errno.EAGAIN) {
        return;
      }
      if (fd >= 0) {
        accepted(fd);
      }
    }
  }

  private void accepted(int fd) {
    IpAddress target = table.resolver.resolve(rule.guest());
    if (target == null) {
      table.shared.counters.forwardFailed++;
      TcpRelay.resetClient(fd);
      return;
    }
    boolean inet = peer.family() == Linux.AF_INET || peer.family() == Linux.AF_INET6;
    if (inet) {
      SockOpt.noDelay(fd, true);
      SockOpt.urgentInLine(fd);
    }
    IpAddress source = table.source(peer, target);
    boolean own = inet && source.hi() == peer.hi() && source.lo() == peer.lo();
    table.tcp.open(
        fd,
        source.hi(),
        source.lo(),
        own ? peer.port() : 0,
        target.hi(),
        target.lo(),
        rule.guestPort());
  }

  @Override
  public void onError(FdHandle h, int events) {
    Fd.socketError(h.number());
  }

  @Override
  void close() {
    resume.cancel();
    super.close();
    if (file != null) {
      file.remove();
    }
  }
}
