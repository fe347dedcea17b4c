package dev.patchbay.qemu.process;

import dev.patchbay.qemu.qmp.QemuVersion;
import java.time.Duration;

/**
 * QEMU's end of a cable: what stands behind {@code -netdev}. How it is written, and whether it
 * exists, depends on QEMU's version:
 *
 * <pre>
 *   6.2          socket,connect= or listen= (TCP only), socket,mcast=
 *   7.2          stream and dgram; a stream client tries once
 *   8.0 to 9.1   stream client with reconnect= in seconds
 *   9.2          stream client with reconnect-ms=
 * </pre>
 */
public sealed interface Netdev {

  /** Pause between two attempts of a client that can try again. */
  Duration RECONNECT = Duration.ofSeconds(1);

  /**
   * The value of {@code -netdev}.
   *
   * @param id id of the netdev
   * @throws IllegalArgumentException if that version has no such netdev; the message says since
   *     when
   */
  String option(String id, QemuVersion version);

  /**
   * {@code stream}: length-prefixed frames over unix or TCP.
   *
   * @param server whether QEMU listens. It then leaves its socket blocking: a peer that does not
   *     read stops the whole virtual machine
   * @param reconnect pause between attempts of a client; zero for a single attempt
   */
  record Stream(PlugAddress address, boolean server, Duration reconnect) implements Netdev {
    @Override
    public String option(String id, QemuVersion version) {
      require(version, 7, 2, "-netdev stream");
      StringBuilder text = new StringBuilder("stream,id=").append(id);
      text.append(",server=").append(server ? "on" : "off").append(endpoint("addr", address));
      if (!reconnect.isZero()) {
        if (server) {
          throw new IllegalArgumentException("reconnect is for stream clients, not for server=on");
        }
        require(version, 8, 0, "-netdev stream with reconnect");
        if (version.atLeast(9, 2)) {
          text.append(",reconnect-ms=").append(reconnect.toMillis());
        } else {
          text.append(",reconnect=").append(Math.max(1, reconnect.plusMillis(999).toSeconds()));
        }
      }
      return text.toString();
    }
  }

  /**
   * {@code socket,connect=} or {@code socket,listen=}: the stream framing of older QEMUs, TCP only.
   */
  record Socket(PlugAddress address, boolean server) implements Netdev {
    @Override
    public String option(String id, QemuVersion version) {
      if (!(address instanceof PlugAddress.Inet inet)) {
        throw new IllegalArgumentException(
            "-netdev socket knows TCP only, not "
                + address
                + " (unix sockets: QEMU 7.2 and later)");
      }
      return "socket,id=" + id + (server ? ",listen=" : ",connect=") + escape(inet.hostPort());
    }
  }

  /** {@code dgram}: one frame a datagram, over unix or UDP; {@code local} is QEMU's end. */
  record Dgram(PlugAddress local, PlugAddress remote) implements Netdev {
    @Override
    public String option(String id, QemuVersion version) {
      require(version, 7, 2, "-netdev dgram");
      return "dgram,id=" + id + endpoint("local", local) + endpoint("remote", remote);
    }
  }

  /**
   * {@code socket,mcast=}: one frame a datagram to a group.
   *
   * @param localAddress address of the interface to use; empty for the system's choice
   */
  record Multicast(PlugAddress.Inet group, String localAddress) implements Netdev {
    @Override
    public String option(String id, QemuVersion version) {
      String local = localAddress.isEmpty() ? "" : ",localaddr=" + localAddress;
      return "socket,id=" + id + ",mcast=" + group.hostPort() + local;
    }
  }

  /**
   * {@code user}: QEMU's own network, to compare with.
   *
   * @param keys further keys, e.g. {@code hostfwd=:127.0.0.1:2222-:22}; empty for none
   */
  record User(String keys) implements Netdev {
    @Override
    public String option(String id, QemuVersion version) {
      return "user,id=" + id + (keys.isEmpty() ? "" : "," + keys);
    }
  }

  /** The best that this version has for a QEMU that connects to a listening daemon. */
  static Netdev client(PlugAddress address, QemuVersion version) {
    if (!version.atLeast(7, 2)) {
      return new Socket(address, false);
    }
    return new Stream(address, false, version.atLeast(8, 0) ? RECONNECT : Duration.ZERO);
  }

  /** The best that this version has for a QEMU that waits for the daemon to connect. */
  static Netdev server(PlugAddress address, QemuVersion version) {
    return version.atLeast(7, 2)
        ? new Stream(address, true, Duration.ZERO)
        : new Socket(address, true);
  }

  private static void require(QemuVersion version, int major, int minor, String what) {
    if (!version.atLeast(major, minor)) {
      throw new IllegalArgumentException(
          what + " needs QEMU " + major + "." + minor + " or later, this is " + version);
    }
  }

  private static String endpoint(String key, PlugAddress address) {
    return switch (address) {
      case PlugAddress.Unix(var path) ->
          "," + key + ".type=unix," + key + ".path=" + escape(path.toString());
      case PlugAddress.Inet(var host, var port) ->
          "," + key + ".type=inet," + key + ".host=" + escape(host) + "," + key + ".port=" + port;
    };
  }

  /** A comma within a value is written twice. */
  private static String escape(String value) {
    return value.replace(",", ",,");
  }
}
