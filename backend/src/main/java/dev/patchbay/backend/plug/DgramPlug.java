package dev.patchbay.backend.plug;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.sys.DatagramReader;
import dev.patchbay.backend.sys.DatagramWriter;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.backend.sys.UnixPath;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.time.Timer;
import java.io.IOException;

/**
 * One frame per datagram: unix pair, UDP pair, multicast group. There is no connection: the port
 * has carrier from the start, the machine counts as attached from its first frame, and what is sent
 * to a peer that is not there is dropped.
 *
 * <p>The sockets are not connected: a QEMU that was started anew on the same path is heard and
 * reached at once. So a full unix peer (net.unix.max_dgram_qlen, 10 by default) cannot be waited
 * for by epoll, and is tried again with each tick.
 */
final class DgramPlug extends Plug implements FdHandle.Listener {
  private static final long RETRY = 1_000_000;

  private final DgramSockets sockets;
  private final FdHandle handle;
  private final Timer retry;
  private final StallWatch watch;

  DgramPlug(Plugs context, Attachment attachment, PortDevice port) throws IOException {
    super(context, attachment, port);
    sockets =
        switch (attachment.address()) {
          case PlugAddress.UnixPair pair -> DgramSockets.unix(pair);
          case PlugAddress.UdpPair pair -> DgramSockets.udp(pair);
          case PlugAddress.Mcast group -> DgramSockets.multicast(group);
          default -> throw Plugs.wrongAddress(attachment, attachment.address());
        };
    retry = loop.timer(this::flushLater);
    watch = new StallWatch(loop, () -> Fd.unsent(sockets.sender), this::stallBegins);
    handle = loop.register(sockets.receiver, this);
    handle.setReadable(true);
    port.plug(this);
  }

  @Override
  public String address() {
    return sockets.address;
  }

  @Override
  public void onReadable(FdHandle from) {
    DatagramReader reader = context.buffers.reader();
    context.share.begin();
    boolean spent = false;
    while (!spent) {
      int n = reader.receive(from.number());
      statistics.reads++;
      for (int i = 0; i < n && !from.isClosed(); i++) {
        reader.select(i);
        receive(reader);
        spent |= context.share.isSpent(1);
      }
      if (n < PlugBuffers.BURST) {
        return; // errors of earlier sends come here too, once each
      }
    }
  }

  private void receive(DatagramReader reader) {
    int length = reader.length();
    if (sockets.isForeign(reader.source())) {
      statistics.foreign++;
    } else if (length == 0) {
      statistics.emptyFrames++;
    } else if (!tooShort(length)) {
      attach();
      Packet packet = acquire(length);
      if (packet != null) {
        reader.copyTo(packet.data, packet.append(length));
        received(packet);
      }
    }
  }

  @Override
  public void onError(FdHandle from, int events) {
    Fd.socketError(from.number());
  }

  @Override
  void flush() {
    DatagramWriter writer = context.buffers.writer();
    while (!handle.isClosed()) {
      gather.refill();
      countRefused();
      if (gather.isEmpty()) {
        retry.cancel();
        return;
      }
      fill(writer);
      watch.beforeWrite();
      int sent = writer.send(sockets.sender);
      statistics.writes++;
      writer.clear();
      for (int i = 0; i < sent; i++) {
        gather.dropFirst();
      }
      if (sent > 0) {
        watch.afterWrite();
      }
      if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS) {
        if (!retry.isArmed()) {
          retry.arm(loop.now() + RETRY);
        }
        return;
      }
      if (sent < 0) {
        failed(-sent);
      }
    }
  }

  private void fill(DatagramWriter writer) {
    int at = gather.firstFrame();
    for (int i = 0; i < gather.frames() && i < PlugBuffers.BURST; i++) {
      int length = gather.frameLength(at);
      if (!writer.add(gather.buffer(), at, length, sockets.peer)) {
        return;
      }
      at += length + 4;
    }
  }

  private void failed(int errno) {
    port.statistics.txDropped++;
    if (errno == Errno.ENOENT || errno == Errno.ECONNREFUSED) {
      port.statistics.txDropped += Math.max(0, gather.frames() - 1);
      port.statistics.dropped(DropReason.PORT_DETACHED);
      gather.clear(DropReason.PORT_DETACHED);
    } else {
      // too long for a datagram, or refused by the host: this one only
      port.statistics.txErrors++;
      gather.dropFirst();
    }
  }

  @Override
  public boolean stalled() {
    return watch.stalled();
  }

  @Override
  void shut() {
    flush();
    retry.cancel();
    watch.reset();
    handle.close();
    sockets.close();
    port.plug(null);
  }

  /** Sockets of a kind of datagram cable. */
  static final class DgramSockets {
    final int receiver;
    final int sender;
    final SockAddr peer;
    final String address;
    private final Kind kind;
    private final SockAddr own = new SockAddr();
    private final Runnable remove;

    private enum Kind {
      UNIX,
      UDP,
      MULTICAST
    }

    private DgramSockets(
        Kind kind, int receiver, int sender, SockAddr peer, String address, Runnable remove) {
      this.kind = kind;
      this.receiver = receiver;
      this.sender = sender;
      this.peer = peer;
      this.address = address;
      this.remove = remove;
    }

    static DgramSockets unix(PlugAddress.UnixPair pair) throws IOException {
      int fd = DgramOpen.socket(dev.patchbay.backend.sys.Linux.AF_UNIX);
      UnixPath file =
          DgramOpen.closing(
              fd, () -> UnixPath.bind(fd, pair.local(), dev.patchbay.backend.sys.Linux.SOCK_DGRAM));
      SockAddr peer = new SockAddr().setUnix(pair.remote().toString());
      return new DgramSockets(Kind.UNIX, fd, fd, peer, pair.toString(), file::remove);
    }

    static DgramSockets udp(PlugAddress.UdpPair pair) throws IOException {
      SockAddr local = DgramOpen.address(pair.localHost(), pair.localPort());
      int fd = DgramOpen.socket(local.family());
      DgramOpen.closing(fd, () -> DgramOpen.bind(fd, local));
      SockAddr peer = DgramOpen.address(pair.remoteHost(), pair.remotePort());
      String text =
          new PlugAddress.UdpPair(
                  pair.localHost(), local.port(), pair.remoteHost(), pair.remotePort())
              .toString();
      return new DgramSockets(Kind.UDP, fd, fd, peer, text, () -> {});
    }

    /**
     * Two sockets: the group's port is every member's, so our own datagrams, which the host must
     * hand to other members on it, are known by the source port of a second one.
     */
    static DgramSockets multicast(PlugAddress.Mcast group) throws IOException {
      SockAddr peer = DgramOpen.address(group.group(), group.port());
      int receiver = DgramOpen.socket(peer.family());
      DgramOpen.closing(receiver, () -> DgramOpen.join(receiver, peer, group.local()));
      int sender = DgramOpen.closing(receiver, () -> DgramOpen.groupSender(peer, group.local()));
      DgramSockets made =
          new DgramSockets(
              Kind.MULTICAST, receiver, sender, peer, group.toString(), () -> Fd.close(sender));
      Fd.localAddress(sender, made.own);
      return made;
    }

    /** Whether a datagram is not the machine's. */
    boolean isForeign(SockAddr source) {
      return switch (kind) {
        case UNIX -> false;
        case UDP -> !source.same(peer);
        case MULTICAST -> source.same(own);
      };
    }

    void close() {
      remove.run();
    }
  }
}
