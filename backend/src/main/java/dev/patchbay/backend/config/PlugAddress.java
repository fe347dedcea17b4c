package dev.patchbay.backend.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the cable of an attachment ends. Its text is what an option takes (commas in a path
 * doubled) and, for stream sockets, what the {@code ready} line shows.
 */
public sealed interface PlugAddress {
  /**
   * A stream socket of the unix domain.
   *
   * @param path absolute; at most {@value AttachmentParser#MAX_SOCKET_PATH} bytes
   */
  record Unix(Path path) implements PlugAddress {
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /**
   * A TCP address.
   *
   * @param host ours for {@code listen}, QEMU's for {@code connect}
   * @param port 0 (any, {@code listen} only) to 65535
   */
  record Tcp(InetAddress host, int port) implements PlugAddress {
    @Override
    public String toString() {
      return "tcp:" + IpLiterals.formatHost(host) + ":" + port;
    }
  }

  /**
   * Two datagram sockets of the unix domain.
   *
   * @param local ours, absolute
   * @param remote QEMU's, absolute
   */
  record UnixPair(Path local, Path remote) implements PlugAddress {
    @Override
    public String toString() {
      return "local=unix:" + local + ",remote=unix:" + remote;
    }
  }

  /**
   * Two UDP addresses of the same family.
   *
   * @param localPort ours, 0 (any) to 65535
   * @param remotePort QEMU's, 1 to 65535
   */
  record UdpPair(InetAddress localHost, int localPort, InetAddress remoteHost, int remotePort)
      implements PlugAddress {
    @Override
    public String toString() {
      return "local=udp:"
          + IpLiterals.formatHost(localHost)
          + ":"
          + localPort
          + ",remote=udp:"
          + IpLiterals.formatHost(remoteHost)
          + ":"
          + remotePort;
    }
  }

  /**
   * A multicast group that every machine on it shares.
   *
   * @param group of 224.0.0.0/4
   * @param port 1 to 65535
   * @param local the address of ours to send from; null: the host chooses
   */
  record Mcast(Inet4Address group, int port, @Nullable Inet4Address local) implements PlugAddress {
    @Override
    public String toString() {
      String text = group.getHostAddress() + ":" + port;
      return local == null ? text : text + ",local=" + local.getHostAddress();
    }
  }

  /**
   * A TAP interface of the host.
   *
   * @param ifname 1 to 15 bytes
   */
  record Tap(String ifname) implements PlugAddress {
    @Override
    public String toString() {
      return ifname;
    }
  }
}
