package dev.patchbay.backend.device;

import dev.patchbay.backend.config.IpLiterals;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.sys.BindFault;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.UnixPath;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Stream sockets at the addresses that options name. */
final class Sockets {
  private Sockets() {}

  private static SocketAddress of(PlugAddress address) {
    return switch (address) {
      case PlugAddress.Unix unix -> UnixDomainSocketAddress.of(unix.path());
      case PlugAddress.Tcp tcp -> new InetSocketAddress(tcp.host(), tcp.port());
      default -> throw new IllegalArgumentException(address + " is no stream");
    };
  }

  /**
   * Listens, not blocking. A stale unix socket is taken over; a new one is for this user alone.
   *
   * @throws IOException where a living process has it, or it cannot be bound
   */
  static ServerSocketChannel listen(PlugAddress address) throws IOException {
    boolean unix = address instanceof PlugAddress.Unix;
    if (address instanceof PlugAddress.Unix(Path path)) {
      BindFault.checkDirectory(path);
      UnixPath.removeStale(path, Linux.SOCK_STREAM);
    }
    ServerSocketChannel made =
        unix ? ServerSocketChannel.open(StandardProtocolFamily.UNIX) : ServerSocketChannel.open();
    try {
      made.bind(of(address), 1);
      if (address instanceof PlugAddress.Unix(Path path)) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      }
      made.configureBlocking(false);
      return made;
    } catch (IOException e) {
      made.close();
      throw new IOException(address + ": " + e.getMessage(), e);
    }
  }

  /** Closes a listener and removes its file. */
  static void close(ServerSocketChannel listener, PlugAddress address) throws IOException {
    listener.close();
    if (address instanceof PlugAddress.Unix(Path path)) {
      Files.deleteIfExists(path);
    }
  }

  /**
   * Connects, and is then not blocking.
   *
   * @throws IOException where nobody answers
   */
  static SocketChannel connect(PlugAddress address) throws IOException {
    SocketChannel made =
        address instanceof PlugAddress.Unix
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open();
    try {
      made.connect(of(address));
      made.configureBlocking(false);
      return made;
    } catch (IOException e) {
      made.close();
      throw new IOException(address + ": " + e.getMessage(), e);
    }
  }

  /** The address with the port that was taken where any would do. */
  static String taken(ServerSocketChannel listener, PlugAddress address) throws IOException {
    if (address instanceof PlugAddress.Tcp
        && listener.getLocalAddress() instanceof InetSocketAddress at) {
      return "tcp:" + IpLiterals.formatHost(at.getAddress()) + ":" + at.getPort();
    }
    return address.toString();
  }
}
