package dev.patchbay.qemu.process;

import java.nio.file.Path;

/** Where two ends of a plug meet: a unix socket's path or a host and a port. */
public sealed interface PlugAddress {

  /** A unix socket. */
  record Unix(Path path) implements PlugAddress {
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /**
   * A TCP or UDP address.
   *
   * @param host name or address, IPv6 without brackets
   * @param port 0 to 65535
   */
  record Inet(String host, int port) implements PlugAddress {
    /** As {@code HOST:PORT}, IPv6 in brackets. */
    public String hostPort() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
      return "tcp:" + hostPort();
    }
  }

  /** The unix socket at {@code path}. */
  static PlugAddress unix(Path path) {
    return new Unix(path);
  }

  /** Host and port. */
  static PlugAddress inet(String host, int port) {
    return new Inet(host, port);
  }

  /**
   * Reads {@code unix:PATH}, {@code tcp:HOST:PORT} or {@code udp:HOST:PORT}, an IPv6 host in
   * brackets.
   *
   * @throws IllegalArgumentException if it is none of them
   */
  static PlugAddress parse(String text) {
    String expected = "address '" + text + "': expected unix:PATH or tcp:HOST:PORT";
    if (text.startsWith("unix:") && text.length() > 5) {
      return new Unix(Path.of(text.substring(5)));
    }
    int colon = text.lastIndexOf(':');
    if (!(text.startsWith("tcp:") || text.startsWith("udp:")) || colon < 5) {
      throw new IllegalArgumentException(expected);
    }
    String host = text.substring(4, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      throw new IllegalArgumentException(expected);
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException(expected);
      }
      return new Inet(host, port);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }
}
