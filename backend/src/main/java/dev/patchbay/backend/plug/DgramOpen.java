package dev.patchbay.backend.plug;

import dev.patchbay.backend.sys.BindFault;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.backend.sys.SockOpt;
import dev.patchbay.backend.sys.SysException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The steps by which datagram sockets are opened. */
final class DgramOpen {
  private static final int BUFFER = 1 << 20;

  private DgramOpen() {}

  /** A step that may fail. */
  interface Step<T> {
    T run() throws IOException;
  }

  /** Runs a step; where it fails, the socket is closed. */
  static <T> T closing(int fd, Step<T> step) throws IOException {
    try {
      return step.run();
    } catch (IOException e) {
      Fd.close(fd);
      throw e;
    }
  }

  static int socket(int family) throws IOException {
    int fd = SysException.check(Fd.socket(family, Linux.SOCK_DGRAM, 0), "socket(dgram)");
    // as much as the host allows, less is no failure
    SockOpt.receiveBuffer(fd, BUFFER);
    SockOpt.sendBuffer(fd, BUFFER);
    return fd;
  }

  static SockAddr address(InetAddress host, int port) {
    return new SockAddr().set(new InetSocketAddress(host, port));
  }

  /** Binds, and says in {@code local} to what. */
  static int bind(int fd, SockAddr local) throws IOException {
    bindTo(fd, local);
    return SysException.check(Fd.localAddress(fd, local), "getsockname");
  }

  private static void bindTo(int fd, SockAddr address) throws SysException {
    int result = Fd.bind(fd, address);
    if (result < 0) {
      throw new SysException(
          address.toString(), -result, BindFault.ofPort(address.port(), -result));
    }
  }

  static int join(int fd, SockAddr group, @Nullable Inet4Address local) throws IOException {
    SysException.check(SockOpt.reuseAddress(fd, true), "setsockopt(SO_REUSEADDR)");
    bindTo(fd, group);
    SockAddr by = local == null ? new SockAddr() : address(local, 0);
    return SysException.check(
        SockOpt.multicastJoin(fd, group, by, 0), "setsockopt(IP_ADD_MEMBERSHIP, " + group + ")");
  }

  /** A socket whose own address is fixed by its connection to the group. */
  static int groupSender(SockAddr group, @Nullable Inet4Address local) throws IOException {
    int fd = socket(group.family());
    return closing(
        fd,
        () -> {
          if (local != null) {
            SockAddr by = address(local, 0);
            bindTo(fd, by);
            SysException.check(
                SockOpt.multicastInterface(fd, group.family(), by, 0),
                "setsockopt(IP_MULTICAST_IF)");
          }
          SysException.check(SockOpt.multicastLoop(fd, group.family(), true), "setsockopt");
          SysException.check(Fd.connect(fd, group), "connect(" + group + ")");
          return fd;
        });
  }
}
