package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketOptions;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;

/**
 * The JDK's socket options on a socket of {@code AF_INET6}, as the JDK maps them to Linux's; and
 * {@link VirtualSocketOptions}.
 */
final class JdkOptions {
  /** Options of TCP sockets that connect. */
  static final Set<SocketOption<?>> CLIENT =
      Set.of(
          StandardSocketOptions.SO_RCVBUF,
          StandardSocketOptions.SO_SNDBUF,
          StandardSocketOptions.SO_REUSEADDR,
          StandardSocketOptions.SO_REUSEPORT,
          StandardSocketOptions.SO_KEEPALIVE,
          StandardSocketOptions.SO_LINGER,
          StandardSocketOptions.TCP_NODELAY,
          StandardSocketOptions.IP_TOS,
          ExtendedSocketOptions.TCP_KEEPIDLE,
          ExtendedSocketOptions.TCP_KEEPINTERVAL,
          ExtendedSocketOptions.TCP_KEEPCOUNT,
          ExtendedSocketOptions.TCP_QUICKACK,
          VirtualSocketOptions.SO_BINDTODEVICE,
          VirtualSocketOptions.SO_MARK);

  /** Options of TCP sockets that listen. */
  static final Set<SocketOption<?>> SERVER =
      Set.of(
          StandardSocketOptions.SO_RCVBUF,
          StandardSocketOptions.SO_REUSEADDR,
          StandardSocketOptions.SO_REUSEPORT,
          StandardSocketOptions.IP_TOS,
          ExtendedSocketOptions.TCP_KEEPIDLE,
          ExtendedSocketOptions.TCP_KEEPINTERVAL,
          ExtendedSocketOptions.TCP_KEEPCOUNT,
          ExtendedSocketOptions.TCP_QUICKACK,
          VirtualSocketOptions.SO_BINDTODEVICE,
          VirtualSocketOptions.SO_MARK);

  /** Options of UDP sockets. */
  static final Set<SocketOption<?>> DATAGRAM =
      Set.of(
          StandardSocketOptions.SO_RCVBUF,
          StandardSocketOptions.SO_SNDBUF,
          StandardSocketOptions.SO_REUSEADDR,
          StandardSocketOptions.SO_REUSEPORT,
          StandardSocketOptions.SO_BROADCAST,
          StandardSocketOptions.IP_TOS,
          StandardSocketOptions.IP_MULTICAST_TTL,
          StandardSocketOptions.IP_MULTICAST_LOOP,
          ExtendedSocketOptions.IP_DONTFRAGMENT,
          VirtualSocketOptions.SO_BINDTODEVICE,
          VirtualSocketOptions.SO_MARK,
          VirtualSocketOptions.IP_MULTICAST_DEVICE);

  private static final int V4 = SocketOptions.SOL_IP;
  private static final int V6 = SocketOptions.IPPROTO_IPV6;

  /** Level and name of those that are one {@code int}. */
  private static final Map<SocketOption<?>, Name> NAMES =
      Map.ofEntries(
          socket(StandardSocketOptions.SO_RCVBUF, SocketOptions.SO_RCVBUF),
          socket(StandardSocketOptions.SO_SNDBUF, SocketOptions.SO_SNDBUF),
          socket(StandardSocketOptions.SO_REUSEADDR, SocketOptions.SO_REUSEADDR),
          socket(StandardSocketOptions.SO_REUSEPORT, SocketOptions.SO_REUSEPORT),
          socket(StandardSocketOptions.SO_KEEPALIVE, SocketOptions.SO_KEEPALIVE),
          socket(StandardSocketOptions.SO_BROADCAST, SocketOptions.SO_BROADCAST),
          socket(VirtualSocketOptions.SO_MARK, SocketOptions.SO_MARK),
          tcp(StandardSocketOptions.TCP_NODELAY, SocketOptions.TCP_NODELAY),
          tcp(ExtendedSocketOptions.TCP_KEEPIDLE, SocketOptions.TCP_KEEPIDLE),
          tcp(ExtendedSocketOptions.TCP_KEEPINTERVAL, SocketOptions.TCP_KEEPINTVL),
          tcp(ExtendedSocketOptions.TCP_KEEPCOUNT, SocketOptions.TCP_KEEPCNT),
          tcp(ExtendedSocketOptions.TCP_QUICKACK, SocketOptions.TCP_QUICKACK),
          ip(StandardSocketOptions.IP_TOS, SocketOptions.IPV6_TCLASS, SocketOptions.IP_TOS),
          ip(
              StandardSocketOptions.IP_MULTICAST_TTL,
              SocketOptions.IPV6_MULTICAST_HOPS,
              SocketOptions.IP_MULTICAST_TTL),
          ip(
              StandardSocketOptions.IP_MULTICAST_LOOP,
              SocketOptions.IPV6_MULTICAST_LOOP,
              SocketOptions.IP_MULTICAST_LOOP),
          ip(
              ExtendedSocketOptions.IP_DONTFRAGMENT,
              SocketOptions.IPV6_MTU_DISCOVER,
              SocketOptions.IP_MTU_DISCOVER));

  private JdkOptions() {}

  /**
   * Where an option is.
   *
   * @param name4 its name at {@code SOL_IP}, set as well; 0: there is none
   */
  private record Name(int level, int name, int name4) {}

  private static Map.Entry<SocketOption<?>, Name> socket(SocketOption<?> option, int name) {
    return Map.entry(option, new Name(SocketOptions.SOL_SOCKET, name, 0));
  }

  private static Map.Entry<SocketOption<?>, Name> tcp(SocketOption<?> option, int name) {
    return Map.entry(option, new Name(SocketOptions.IPPROTO_TCP, name, 0));
  }

  private static Map.Entry<SocketOption<?>, Name> ip(SocketOption<?> option, int six, int four) {
    return Map.entry(option, new Name(V6, six, four));
  }

  /**
   * Sets an option.
   *
   * @throws UnsupportedOperationException it is not among {@code supported}
   * @throws IllegalArgumentException the value is null, or out of range
   */
  static void set(
      BlockingSocket socket, Set<SocketOption<?>> supported, SocketOption<?> option, Object value)
      throws IOException {
    requireSupported(supported, option);
    if (!option.type().isInstance(value)) {
      throw new IllegalArgumentException("Invalid value '" + value + "'");
    }
    if (value instanceof String device) {
      JdkErrors.check(socket.quickly(s -> setDevice(s, option, device)));
    } else if (StandardSocketOptions.SO_LINGER.equals(option)) {
      setLinger(socket, (int) value);
    } else {
      int number = value instanceof Boolean flag ? flag ? 1 : 0 : (int) value;
      checkRange(option, number);
      Name name = Objects.requireNonNull(NAMES.get(option));
      JdkErrors.check(socket.quickly(s -> setNumber(s, name, number(option, number))));
    }
  }

  private static void requireSupported(Set<SocketOption<?>> supported, SocketOption<?> option) {
    Objects.requireNonNull(option);
    if (!supported.contains(option)) {
      throw new UnsupportedOperationException("'" + option + "' not supported");
    }
  }

  private static void checkRange(SocketOption<?> option, int value) {
    boolean octet = value >= 0 && value <= 255;
    if (StandardSocketOptions.IP_TOS.equals(option) && !octet) {
      throw new IllegalArgumentException("Invalid IP_TOS value");
    }
    if (StandardSocketOptions.IP_MULTICAST_TTL.equals(option) && !octet) {
      throw new IllegalArgumentException("Invalid TTL/hop value");
    }
    if (isBuffer(option) && value < 0) {
      throw new IllegalArgumentException("Invalid send/receive buffer size");
    }
  }

  private static boolean isBuffer(SocketOption<?> option) {
    return StandardSocketOptions.SO_RCVBUF.equals(option)
        || StandardSocketOptions.SO_SNDBUF.equals(option);
  }

  /** What Linux has where the JDK has a flag. */
  private static int number(SocketOption<?> option, int value) {
    if (!ExtendedSocketOptions.IP_DONTFRAGMENT.equals(option)) {
      return value;
    }
    return value != 0 ? SocketOptions.PMTUDISC_DO : SocketOptions.PMTUDISC_DONT;
  }

  private static int setNumber(Socket socket, Name name, int value) {
    int status = socket.setsockopt(name.level(), name.name(), value);
    if (status == 0 && name.name4() != 0) {
      status = socket.setsockopt(V4, name.name4(), value);
    }
    return status;
  }

  private static int setDevice(Socket socket, SocketOption<?> option, String device) {
    if (VirtualSocketOptions.SO_BINDTODEVICE.equals(option)) {
      byte[] name = device.getBytes(StandardCharsets.UTF_8);
      return socket.setsockopt(
          SocketOptions.SOL_SOCKET, SocketOptions.SO_BINDTODEVICE, name, name.length);
    }
    var found = device.isEmpty() ? null : socket.layer().stack().device(device);
    if (found == null && !device.isEmpty()) {
      return -Errno.ENODEV;
    }
    int index = found == null ? 0 : found.index();
    int status = socket.setsockopt(V6, SocketOptions.IPV6_MULTICAST_IF, index);
    byte[] request = new byte[12];
    littleEndian(request, 8, index);
    return status < 0
        ? status
        : socket.setsockopt(V4, SocketOptions.IP_MULTICAST_IF, request, request.length);
  }

  private static void setLinger(BlockingSocket socket, int seconds) throws IOException {
    byte[] linger = new byte[8];
    linger[0] = (byte) (seconds < 0 ? 0 : 1);
    littleEndian(linger, 4, Math.clamp(seconds, 0, 65535));
    JdkErrors.check(
        socket.quickly(
            s -> s.setsockopt(SocketOptions.SOL_SOCKET, SocketOptions.SO_LINGER, linger, 8)));
  }

  static void littleEndian(byte[] to, int at, int value) {
    for (int i = 0; i < 4; i++) {
      to[at + i] = (byte) (value >>> 8 * i);
    }
  }

  /**
   * An option's value.
   *
   * @throws UnsupportedOperationException it is not among {@code supported}
   */
  static Object get(BlockingSocket socket, Set<SocketOption<?>> supported, SocketOption<?> option)
      throws IOException {
    requireSupported(supported, option);
    if (StandardSocketOptions.SO_LINGER.equals(option)) {
      int[] seconds = new int[1];
      JdkErrors.check(
          socket.quickly(s -> {
            seconds[0] = s.lingerSeconds();
            return 0;
          }));
      return seconds[0];
    }
    if (String.class.equals(option.type())) {
      return device(socket, option);
    }
    Name name = Objects.requireNonNull(NAMES.get(option));
    int[] out = new int[1];
    JdkErrors.check(socket.quickly(s -> s.getsockopt(name.level(), name.name(), out)));
    if (ExtendedSocketOptions.IP_DONTFRAGMENT.equals(option)) {
      return out[0] == SocketOptions.PMTUDISC_DO;
    }
    if (isBuffer(option)) {
      // Linux tells twice of what was set, and the JDK takes that back
      return out[0] / 2;
    }
    return Boolean.class.equals(option.type()) ? (Object) (out[0] != 0) : (Object) out[0];
  }

  private static String device(BlockingSocket socket, SocketOption<?> option) throws IOException {
    String[] name = {""};
    JdkErrors.check(
        socket.quickly(s -> {
          var bound = s.boundDevice();
          if (VirtualSocketOptions.SO_BINDTODEVICE.equals(option)) {
            name[0] = bound == null ? "" : bound.name();
            return 0;
          }
          int[] index = new int[1];
          int status = s.getsockopt(V6, SocketOptions.IPV6_MULTICAST_IF, index);
          for (var device : s.layer().stack().devices()) {
            name[0] = device.index() == index[0] ? device.name() : name[0];
          }
          return status;
        }));
    return name[0];
  }

  // ---- the older interface by numbers (java.net.SocketOptions)

  /** The option that has a number, or null. */
  static SocketOption<?> byNumber(int number) throws SocketException {
    return switch (number) {
      case java.net.SocketOptions.SO_LINGER -> StandardSocketOptions.SO_LINGER;
      case java.net.SocketOptions.IP_TOS -> StandardSocketOptions.IP_TOS;
      case java.net.SocketOptions.TCP_NODELAY -> StandardSocketOptions.TCP_NODELAY;
      case java.net.SocketOptions.SO_SNDBUF -> StandardSocketOptions.SO_SNDBUF;
      case java.net.SocketOptions.SO_RCVBUF -> StandardSocketOptions.SO_RCVBUF;
      case java.net.SocketOptions.SO_KEEPALIVE -> StandardSocketOptions.SO_KEEPALIVE;
      case java.net.SocketOptions.SO_REUSEADDR -> StandardSocketOptions.SO_REUSEADDR;
      case java.net.SocketOptions.SO_REUSEPORT -> StandardSocketOptions.SO_REUSEPORT;
      default -> throw new SocketException("Unknown option " + number);
    };
  }
}
