package dev.patchbay.backend.vxlan;

import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.sys.DatagramReader;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.backend.sys.SockOpt;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.vxlan.VxlanTransport;
import org.jspecify.annotations.Nullable;

/** Opens the sockets, and holds what they share. On the loop. */
public final class VxlanSockets implements AutoCloseable {
  /** Datagrams that one system call takes from a socket. */
  static final int BURST = 16;

  private static final int RECEIVE_BUFFER = 1 << 20;

  final NettyLoop loop;
  final PacketPool pool;
  long received;
  long notReceived;
  long sent;
  long notSent;

  /** Made with the first socket. */
  private @Nullable DatagramReader reader;

  /**
   * @param pool for what comes
   */
  public VxlanSockets(NettyLoop loop, PacketPool pool) {
    this.loop = loop;
    this.pool = pool;
  }

  /** Datagrams that came. */
  public long received() {
    return received;
  }

  /** Datagrams that came and found no memory. */
  public long notReceived() {
    return notReceived;
  }

  /** Datagrams that the host took. */
  public long sent() {
    return sent;
  }

  /** Datagrams that the host refused, or that found no room before a full socket. */
  public long notSent() {
    return notSent;
  }

  DatagramReader reader() {
    DatagramReader made = reader;
    if (made == null) {
      made = new DatagramReader(BURST, 1 << 16);
      reader = made;
    }
    return made;
  }

  /**
   * Opens a socket.
   *
   * @param local 0.0.0.0 or :: for all addresses of that family
   * @throws LinkRefusedException the host's error, {@code EADDRINUSE} and its like
   */
  public VxlanTransport open(IpAddress local, int port, VxlanTransport.Receiver receiver)
      throws LinkRefusedException {
    int family = local.isV4() ? Linux.AF_INET : Linux.AF_INET6;
    int fd = Fd.socket(family, Linux.SOCK_DGRAM, 0);
    if (fd < 0) {
      throw new LinkRefusedException(-fd);
    }
    if (!local.isV4()) {
      SockOpt.v6Only(fd, true);
    }
    SockOpt.receiveBuffer(fd, RECEIVE_BUFFER);
    SockOpt.mtuDiscover(fd, family, Linux.IP_PMTUDISC_DONT);
    int result = Fd.bind(fd, new SockAddr().setInet(local.hi(), local.lo(), 0, port));
    if (result < 0) {
      Fd.close(fd);
      throw new LinkRefusedException(-result);
    }
    return new VxlanSocket(this, fd, receiver);
  }

  /** Frees what they shared; the sockets close with their devices. */
  @Override
  public void close() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
