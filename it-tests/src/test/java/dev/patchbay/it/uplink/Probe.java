package dev.patchbay.it.uplink;

import dev.patchbay.backend.sys.DatagramReader;
import dev.patchbay.backend.sys.DatagramWriter;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.backend.sys.SockOpt;
import dev.patchbay.it.Netns;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A socket of a guest that sees the ICMP errors which its kernel accepted for it (IP_RECVERR): only
 * errors whose quotation fits the socket come here.
 */
final class Probe implements AutoCloseable {
  private static final long LIMIT = TimeUnit.SECONDS.toNanos(10);

  /**
   * An ICMP error.
   *
   * @param from who reported
   * @param info next hop's MTU of "too big"
   * @param to destination of the quoted packet
   * @param data what was quoted of its payload
   */
  record Icmp(String from, int type, int code, int info, InetSocketAddress to, byte[] data) {
    String text() {
      return from + " " + type + "/" + code;
    }
  }

  /** A datagram that came. */
  record Datagram(InetSocketAddress from, byte[] data) {}

  private final int fd;
  private final int family;
  private final DatagramReader reader = new DatagramReader(1, 65536);
  private final DatagramWriter writer = new DatagramWriter(1, 65536);

  private Probe(Netns where, boolean v6, int type) throws Exception {
    family = v6 ? Linux.AF_INET6 : Linux.AF_INET;
    fd = Setns.call(where, () -> Fd.socket(family, type, 0));
    if (fd < 0) {
      throw new IllegalStateException(Errno.text(-fd));
    }
    SockOpt.receiveErrors(fd, family, true);
  }

  /** A UDP socket; every datagram says "do not fragment", as a prober's does. */
  static Probe udp(Netns where, boolean v6) throws Exception {
    Probe probe = new Probe(where, v6, Linux.SOCK_DGRAM);
    SockOpt.mtuDiscover(probe.fd, probe.family, PROBE);
    return probe;
  }

  /** IP_PMTUDISC_PROBE of ip(7): sends with DF whatever the kernel knows of the path. */
  private static final int PROBE = 3;

  /** A TCP socket that has begun to connect. */
  static Probe tcp(Netns where, String host, int port, int ttl) throws Exception {
    Probe probe = new Probe(where, host.indexOf(':') >= 0, Linux.SOCK_STREAM);
    SockOpt.ttl(probe.fd, probe.family, ttl);
    Fd.connect(probe.fd, address(host, port));
    return probe;
  }

  private static SockAddr address(String host, int port) throws Exception {
    return new SockAddr().set(new InetSocketAddress(World.literal(host), port));
  }

  /** Lets the kernel fragment what is too long for the path (or for our link). */
  Probe fragmenting() {
    SockOpt.mtuDiscover(fd, family, Linux.IP_PMTUDISC_DONT);
    return this;
  }

  void send(String host, int port, byte[] data, int ttl) throws Exception {
    SockOpt.ttl(fd, family, ttl);
    writer.clear();
    boolean added =
        data.length == 0
            ? writer.addEmpty(address(host, port))
            : writer.add(data, 0, data.length, address(host, port));
    if (!added) {
      throw new IllegalArgumentException("too long: " + data.length);
    }
    int sent = writer.send(fd);
    if (sent < 0) {
      // the pending error of an earlier datagram is told once
      sent = writer.send(fd);
    }
    writer.clear();
    if (sent < 1) {
      throw new IllegalStateException(Errno.text(-sent));
    }
  }

  void send(String host, int port, byte[] data) throws Exception {
    send(host, port, data, 64);
  }

  /** The next ICMP error. */
  Icmp error() throws Exception {
    long end = System.nanoTime() + LIMIT;
    while (reader.receiveErrors(fd) <= 0) {
      pause(end, "no ICMP error");
    }
    reader.select(0);
    byte[] data = new byte[reader.length()];
    reader.copyTo(data, 0);
    return new Icmp(
        Addresses.toString(reader.offender().hi(), reader.offender().lo()),
        reader.errorType(),
        reader.errorCode(),
        reader.errorInfo(),
        reader.source().toInetSocketAddress(),
        data);
  }

  /** The next datagram. */
  Datagram receive() throws Exception {
    long end = System.nanoTime() + LIMIT;
    int n = reader.receive(fd);
    while (n <= 0) {
      pause(end, "no datagram: " + n);
      n = reader.receive(fd);
    }
    reader.select(0);
    byte[] data = new byte[reader.length()];
    reader.copyTo(data, 0);
    return new Datagram(reader.source().toInetSocketAddress(), data);
  }

  /** Whether nothing at all has come. */
  boolean isSilent() {
    return reader.receive(fd) <= 0 && reader.receiveErrors(fd) <= 0;
  }

  private static void pause(long end, String what) throws Exception {
    if (System.nanoTime() - end > 0) {
      throw new TimeoutException(what);
    }
    Thread.sleep(2);
  }

  @Override
  public void close() {
    Fd.close(fd);
    reader.close();
    writer.close();
  }
}
