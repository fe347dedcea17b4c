package dev.patchbay.backend.uplink;

import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.sys.BindFault;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.backend.sys.SockOpt;
import dev.patchbay.backend.sys.StreamFd;
import dev.patchbay.backend.sys.SysException;
import dev.patchbay.backend.sys.UnixPath;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The forwards of an uplink, added and removed while it runs. Only on the loop. */
public final class ForwardTable {
  private static final int BACKLOG = 1024;

  /**
   * A forward that is open.
   *
   * @param id from 1, never used again
   * @param rule as it was given
   * @param port the port of the host, resolved where the rule has 0; 0 for unix sockets
   * @param target where a connection would lead now, or null
   */
  public record Entry(int id, Forward rule, int port, @Nullable IpAddress target) {}

  final Shared shared;
  final TcpRelay tcp;
  final GuestResolver resolver;
  final RandomSource random;

  /** UDP clients by the address and port that their guest sees. */
  final EndpointTable<UdpForward.Inner> inner;

  private final List<OpenForward> open = new ArrayList<>();
  private int lastId;
  private Runnable onClient = () -> {};

  ForwardTable(Shared shared, TcpRelay tcp, GuestResolver resolver, RandomSource random) {
    this.shared = shared;
    this.tcp = tcp;
    this.resolver = resolver;
    this.random = random.derive("uplink forwards");
    inner = new EndpointTable<>(random.hash("uplink forwarded udp"));
  }

  /**
   * Opens a port of the host.
   *
   * @throws ForwardException where the host refuses it
   */
  public Entry add(Forward rule) throws ForwardException {
    SockAddr address = new SockAddr();
    try {
      if (rule.proto() == Forward.Proto.UNIX) {
        address.setUnix(Objects.requireNonNull(rule.path()).toString());
      } else {
        InetAddress host = Objects.requireNonNull(rule.host());
        address.set(new InetSocketAddress(host, rule.hostPort()));
      }
      UnixPath file = null;
      int fd;
      if (rule.proto() == Forward.Proto.UNIX) {
        fd = SysException.check(StreamFd.open(Linux.AF_UNIX), "socket(unix)");
        file = bindUnix(rule, fd);
      } else {
        fd =
            rule.proto() == Forward.Proto.UDP
                ? openUdp(address)
                : StreamFd.listen(address, BACKLOG);
      }
      SockAddr bound = new SockAddr();
      Fd.localAddress(fd, bound);
      int id = ++lastId;
      int port = rule.proto() == Forward.Proto.UNIX ? 0 : bound.port();
      OpenForward forward =
          rule.proto() == Forward.Proto.UDP
              ? new UdpForward(this, id, rule, port, fd)
              : new StreamForward(this, id, rule, port, fd, file);
      open.add(forward);
      return entry(forward);
    } catch (IllegalArgumentException e) {
      throw new ForwardException(
          "cannot open " + rule.hostText() + ": " + e.getMessage(), false, e);
    } catch (SysException e) {
      throw new ForwardException(explain(rule, e.errno()), e.errno() == Errno.EADDRINUSE, e);
    }
  }

  private static UnixPath bindUnix(Forward rule, int fd) throws ForwardException {
    try {
      Path path = Objects.requireNonNull(rule.path());
      UnixPath file = UnixPath.bind(fd, path, Linux.SOCK_STREAM);
      int listening = Fd.listen(fd, BACKLOG);
      if (listening < 0) {
        file.remove();
        throw new SysException("listen(" + path + ")", -listening);
      }
      return file;
    } catch (IOException e) {
      Fd.close(fd);
      throw new ForwardException(
          "cannot open " + rule.hostText() + ": " + e.getMessage(),
          !(e instanceof SysException),
          e);
    }
  }

  private static int openUdp(SockAddr address) throws SysException {
    int fd = SysException.check(Fd.socket(address.family(), Linux.SOCK_DGRAM, 0), "socket");
    int result = address.family() == Linux.AF_INET6 ? SockOpt.v6Only(fd, true) : 0;
    if (result == 0) {
      result = Fd.bind(fd, address);
    }
    if (result < 0) {
      Fd.close(fd);
      throw new SysException("bind(" + address + ")", -result);
    }
    return fd;
  }

  private static String explain(Forward rule, int errno) {
    String what = "cannot open " + rule.proto().word() + " " + rule.hostText() + ": ";
    return what + BindFault.ofPort(rule.hostPort(), errno);
  }

  /** Closes the port; connections that stand live on. False where there is no such forward. */
  public boolean remove(int id) {
    for (OpenForward forward : open) {
      if (forward.id == id) {
        open.remove(forward);
        forward.close();
        return true;
      }
    }
    return false;
  }

  /** All that are open, oldest first. */
  public List<Entry> list() {
    return open.stream().map(this::entry).toList();
  }

  private Entry entry(OpenForward f) {
    return new Entry(f.id, f.rule, f.port, resolver.resolve(f.rule.guest()));
  }

  /**
   * Chooses who the guest sees: a client's own address where it may come from outside, else
   * (loopback, martian, one of our links, another family, no address at all) the gateway's.
   */
  IpAddress source(SockAddr client, IpAddress target) {
    long hi = client.hi();
    long lo = client.lo();
    boolean inet = client.family() == Linux.AF_INET || client.family() == Linux.AF_INET6;
    boolean own =
        inet
            && Addresses.isV4(hi, lo) == target.isV4()
            && !Addresses.isLoopback(hi, lo)
            && !Addresses.isAny(hi, lo)
            && !Addresses.isMulticast(hi, lo)
            && !Addresses.isLinkLocal(hi, lo)
            && !shared.inside.isLocal(hi, lo)
            && !shared.inside.isOnLink(hi, lo);
    return own ? new IpAddress(hi, lo) : shared.inside.gateway(target);
  }

  /** A datagram from a guest to a forward's client; false where it is none. */
  boolean reply(Packet p) {
    if (inner.count() == 0) {
      return false;
    }
    UdpForward.Inner client =
        inner.get(p.destinationHi(), p.destinationLo(), p.udp().destinationPort());
    return client != null && client.reply(p);
  }

  /** Who is told of new clients: they are to be swept. */
  void onClient(Runnable action) {
    onClient = action;
  }

  void clientAdded() {
    onClient.run();
  }

  boolean hasClients() {
    return inner.count() > 0;
  }

  void sweep(long now) {
    for (OpenForward forward : open) {
      forward.sweep(now);
    }
  }

  void close() {
    for (OpenForward forward : open) {
      forward.close();
    }
    open.clear();
  }
}
