package dev.patchbay.stack.socket;

import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.wire.Bytes;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The options of level {@code SOL_SOCKET} and their values ({@code sock_setsockopt}, {@code
 * sock_getsockopt}).
 */
final class SocketLevel {
  /** {@code SOCK_MIN_RCVBUF}: one packet's memory as Linux counts it. */
  private static final int MIN_RECEIVE_BUFFER = 2304;

  /** {@code SOCK_MIN_SNDBUF}. */
  private static final int MIN_SEND_BUFFER = 4608;

  /** {@code net.ipv4.tcp_rmem[2]}. */
  private static final int STREAM_BUFFER_MAX = 6 << 20;

  /** {@code IFNAMSIZ}. */
  private static final int NAME_SIZE = 16;

  private static final int MICROS = 1_000_000;
  private static final int NANOS_OF_MICRO = 1000;

  /** {@code SO_MAX_PACING_RATE} for no limit: all ones. */
  static final long NO_RATE = -1;

  boolean reuseAddress;
  boolean reusePort;
  boolean broadcast;
  boolean keepAlive;
  boolean oobInline;
  boolean dontRoute;
  boolean linger;
  int lingerSeconds;
  int priority;
  int mark;
  @Nullable NetDevice device;
  int receiveBuffer;
  int sendBuffer;
  boolean receiveBufferSet;
  boolean sendBufferSet;
  int receiveLowWater = 1;
  long receiveTimeout;
  long sendTimeout;

  /** Messages tell when they came ({@code SOCK_RCVTSTAMP}). */
  private boolean stamps;

  /** In nanoseconds ({@code SOCK_RCVTSTAMPNS}). */
  private boolean stampNanos;

  /** Asked for by a {@code _NEW} name ({@code SOCK_TSTAMP_NEW}). */
  private boolean stampNew;

  /** Bytes a second as an unsigned number, as it was set; {@link #NO_RATE} without a limit. */
  long maxPacingRate = NO_RATE;

  private final int type;
  private final StackConf conf;

  /**
   * Options of a socket that was just made.
   *
   * @param conf of the initial namespace, whose {@code net.core.*} are everybody's
   */
  SocketLevel(int type, StackConf conf) {
    this.type = type;
    this.conf = conf;
    receiveBuffer = conf.receiveBufferDefault;
    sendBuffer = conf.sendBufferDefault;
  }

  /** What an accepted socket has from its listener ({@code sk_clone}). */
  void inherit(SocketLevel from) {
    reuseAddress = from.reuseAddress;
    reusePort = from.reusePort;
    broadcast = from.broadcast;
    keepAlive = from.keepAlive;
    oobInline = from.oobInline;
    dontRoute = from.dontRoute;
    linger = from.linger;
    lingerSeconds = from.lingerSeconds;
    priority = from.priority;
    mark = from.mark;
    device = from.device;
    receiveBuffer = from.receiveBuffer;
    sendBuffer = from.sendBuffer;
    receiveBufferSet = from.receiveBufferSet;
    sendBufferSet = from.sendBufferSet;
    receiveLowWater = from.receiveLowWater;
    receiveTimeout = from.receiveTimeout;
    sendTimeout = from.sendTimeout;
    maxPacingRate = from.maxPacingRate;
  }

  int set(Socket socket, int name, byte[] value, int length) {
    if (name == SocketOptions.SO_BINDTODEVICE) {
      return bindToDevice(socket, value, length);
    }
    if (length < 4) {
      return -Errno.EINVAL;
    }
    int v = OptionValue.int32(value, 0);
    int result = set(socket, name, value, length, v);
    return result < 0 ? result : socket.optionChanged(name);
  }

  private int set(Socket socket, int name, byte[] value, int length, int v) {
    switch (name) {
      case SocketOptions.SO_REUSEADDR -> reuseAddress = v != 0;
      case SocketOptions.SO_REUSEPORT -> reusePort = v != 0;
      case SocketOptions.SO_BROADCAST -> broadcast = v != 0;
      case SocketOptions.SO_KEEPALIVE -> keepAlive = v != 0;
      case SocketOptions.SO_OOBINLINE -> oobInline = v != 0;
      case SocketOptions.SO_PRIORITY -> priority = v;
      case SocketOptions.SO_MARK -> mark = v;
      case SocketOptions.SO_RCVLOWAT ->
          receiveLowWater = lowWater(v < 0 ? Integer.MAX_VALUE : Math.max(v, 1));
      case SocketOptions.SO_SNDBUF -> sendBuffer(Math.min(v, conf.sendBufferMax));
      case SocketOptions.SO_SNDBUFFORCE -> sendBuffer(Math.max(v, 0));
      case SocketOptions.SO_RCVBUF -> receiveBuffer(Math.min(v, conf.receiveBufferMax));
      case SocketOptions.SO_RCVBUFFORCE -> receiveBuffer(Math.max(v, 0));
      case SocketOptions.SO_LINGER -> {
        return linger(value, length, v);
      }
      case SocketOptions.SO_RCVTIMEO, SocketOptions.SO_SNDTIMEO -> {
        return timeout(name, value, length);
      }
      case SocketOptions.SO_MAX_PACING_RATE -> {
        return maxPacingRate(socket, value, length, v);
      }
      case SocketOptions.SO_TIMESTAMP,
          SocketOptions.SO_TIMESTAMPNS,
          SocketOptions.SO_TIMESTAMP_NEW,
          SocketOptions.SO_TIMESTAMPNS_NEW -> {
        return timestamps(socket, name, v != 0);
      }
      case SocketOptions.SO_BINDTOIFINDEX -> {
        return bindToIndex(socket, v);
      }
      default -> {
        return -Errno.ENOPROTOOPT;
      }
    }
    return 0;
  }

  /** "Don't error on this BSD doesn't and if you think about it this is right": twice of it. */
  private void sendBuffer(int v) {
    // as an unsigned number, as Linux compares it
    int wanted = v < 0 ? conf.sendBufferMax : Math.min(v, Integer.MAX_VALUE / 2);
    sendBuffer = Math.max(wanted * 2, MIN_SEND_BUFFER);
    sendBufferSet = true;
  }

  private void receiveBuffer(int v) {
    int wanted = v < 0 ? conf.receiveBufferMax : Math.min(v, Integer.MAX_VALUE / 2);
    receiveBuffer = Math.max(wanted * 2, MIN_RECEIVE_BUFFER);
    receiveBufferSet = true;
  }

  /** {@code tcp_set_rcvlowat}: a stream's mark is within half of what its buffer may become. */
  private int lowWater(int wanted) {
    boolean stream = type == SocketType.SOCK_STREAM;
    int cap = receiveBufferSet ? receiveBuffer / 2 : STREAM_BUFFER_MAX / 2;
    return stream ? Math.min(wanted, cap) : wanted;
  }

  private int linger(byte[] value, int length, int on) {
    if (length < 8) {
      return -Errno.EINVAL;
    }
    linger = on != 0;
    if (linger) {
      lingerSeconds = OptionValue.int32(value, 4);
    }
    return 0;
  }

  /** {@code struct timeval}; for whoever blocks. */
  private int timeout(int name, byte[] value, int length) {
    if (length < 16) {
      return -Errno.EINVAL;
    }
    long seconds = Long.reverseBytes(Bytes.i64(value, 0));
    long micros = Long.reverseBytes(Bytes.i64(value, 8));
    if (micros < 0 || micros >= MICROS) {
      return -Errno.EDOM;
    }
    // a negative time is taken as none at all, which never waits
    long time = seconds < 0 ? 1 : Math.min(seconds, Long.MAX_VALUE / MICROS / 2) * MICROS + micros;
    if (name == SocketOptions.SO_RCVTIMEO) {
      receiveTimeout = time;
    } else {
      sendTimeout = time;
    }
    return 0;
  }

  /**
   * An {@code unsigned long}, or an {@code unsigned int} whose ones are no limit either. Only of
   * TCP, which paces by itself; rates below its least one are refused.
   */
  private int maxPacingRate(Socket socket, byte[] value, int length, int v) {
    if (socket.protocol() != SocketOptions.IPPROTO_TCP) {
      return -Errno.ENOPROTOOPT;
    }
    long wanted = v == -1 ? NO_RATE : Integer.toUnsignedLong(v);
    if (length >= 8) {
      wanted = Long.reverseBytes(Bytes.i64(value, 0));
    }
    if (wanted >= 0 && wanted < TcpSocket.LEAST_PACING_RATE) {
      return -Errno.EINVAL;
    }
    maxPacingRate = wanted;
    return 0;
  }

  /** The rate for {@link TcpSocket#maxPacingRate}. */
  long pacingRate() {
    return maxPacingRate < 0 ? Long.MAX_VALUE : maxPacingRate;
  }

  private int putPacingRate(byte[] value, int length) {
    if (length < 8) {
      boolean fits = maxPacingRate >>> 32 == 0;
      return OptionValue.put(value, length, fits ? (int) maxPacingRate : -1);
    }
    Bytes.put64(value, 0, Long.reverseBytes(maxPacingRate));
    return 8;
  }

  /** {@code __sock_set_timestamps}; of types whose messages have a time. */
  private int timestamps(Socket socket, int name, boolean on) {
    if (type == SocketType.SOCK_STREAM || socket.family() == AddressFamily.AF_UNIX) {
      return -Errno.ENOPROTOOPT;
    }
    stamps = on;
    stampNanos = on && isNanos(name);
    stampNew = on ? isNew(name) : stampNew;
    return 0;
  }

  private static boolean isNanos(int name) {
    return name == SocketOptions.SO_TIMESTAMPNS || name == SocketOptions.SO_TIMESTAMPNS_NEW;
  }

  private static boolean isNew(int name) {
    return name == SocketOptions.SO_TIMESTAMP_NEW || name == SocketOptions.SO_TIMESTAMPNS_NEW;
  }

  /** {@code sock_recv_timestamp}: tells when a packet came, where that was asked for. */
  void stamp(Message m, Packet packet, EventLoop loop) {
    if (stamps) {
      long time = packet.time == 0 ? loop.wallTime() : packet.time;
      m.control |= stampNanos ? Message.CONTROL_TIMESTAMPNS : Message.CONTROL_TIMESTAMP;
      m.timestamp = stampNanos ? time : time / NANOS_OF_MICRO * NANOS_OF_MICRO;
    }
  }

  private int bindToDevice(Socket socket, byte[] value, int length) {
    int end = 0;
    while (end < Math.min(length, NAME_SIZE - 1) && value[end] != 0) {
      end++;
    }
    NetDevice found = null;
    if (end > 0) {
      String name = new String(value, 0, end, StandardCharsets.UTF_8);
      found = socket.layer().stack().device(name);
      if (found == null) {
        return -Errno.ENODEV;
      }
    }
    device = found;
    return socket.optionChanged(SocketOptions.SO_BINDTODEVICE);
  }

  private int bindToIndex(Socket socket, int index) {
    if (index < 0) {
      return -Errno.EINVAL;
    }
    if (index == 0) {
      device = null;
      return 0;
    }
    NetDevice found = device(socket, index);
    if (found == null) {
      return -Errno.ENODEV;
    }
    device = found;
    return 0;
  }

  /** The device of that index, or null. */
  static @Nullable NetDevice device(Socket socket, int index) {
    for (NetDevice candidate : socket.layer().stack().devices()) {
      if (candidate.index() == index) {
        return candidate;
      }
    }
    return null;
  }

  int get(Socket socket, int name, byte[] value, int length) {
    return switch (name) {
      case SocketOptions.SO_REUSEADDR -> OptionValue.put(value, length, reuseAddress);
      case SocketOptions.SO_REUSEPORT -> OptionValue.put(value, length, reusePort);
      case SocketOptions.SO_BROADCAST -> OptionValue.put(value, length, broadcast);
      case SocketOptions.SO_KEEPALIVE -> OptionValue.put(value, length, keepAlive);
      case SocketOptions.SO_OOBINLINE -> OptionValue.put(value, length, oobInline);
      case SocketOptions.SO_DONTROUTE -> OptionValue.put(value, length, dontRoute);
      case SocketOptions.SO_PRIORITY -> OptionValue.put(value, length, priority);
      case SocketOptions.SO_MARK -> OptionValue.put(value, length, mark);
      case SocketOptions.SO_RCVLOWAT -> OptionValue.put(value, length, receiveLowWater);
      case SocketOptions.SO_SNDLOWAT -> OptionValue.put(value, length, 1);
      case SocketOptions.SO_SNDBUF -> OptionValue.put(value, length, sendBuffer);
      case SocketOptions.SO_RCVBUF -> OptionValue.put(value, length, receiveBuffer);
      case SocketOptions.SO_TYPE -> OptionValue.put(value, length, type);
      case SocketOptions.SO_DOMAIN -> OptionValue.put(value, length, socket.family());
      case SocketOptions.SO_PROTOCOL -> OptionValue.put(value, length, socket.protocol());
      case SocketOptions.SO_ACCEPTCONN -> OptionValue.put(value, length, socket.isListening());
      case SocketOptions.SO_ERROR -> OptionValue.put(value, length, socket.reportedError());
      case SocketOptions.SO_LINGER -> {
        int n = OptionValue.put(value, Math.min(length, 4), linger);
        yield n < 4 ? n : 4 + OptionValue.putAt(value, 4, length - 4, lingerSeconds);
      }
      case SocketOptions.SO_RCVTIMEO -> putTime(value, length, receiveTimeout);
      case SocketOptions.SO_SNDTIMEO -> putTime(value, length, sendTimeout);
      case SocketOptions.SO_MAX_PACING_RATE -> putPacingRate(value, length);
      case SocketOptions.SO_TIMESTAMP,
          SocketOptions.SO_TIMESTAMPNS,
          SocketOptions.SO_TIMESTAMP_NEW,
          SocketOptions.SO_TIMESTAMPNS_NEW ->
          OptionValue.put(
              value,
              length,
              stamps
                  && stampNew == isNew(name)
                  && (stampNanos == isNanos(name) || name == SocketOptions.SO_TIMESTAMP_NEW));
      case SocketOptions.SO_BINDTODEVICE -> putDevice(value, length);
      case SocketOptions.SO_BINDTOIFINDEX -> {
        NetDevice bound = device;
        yield OptionValue.put(value, length, bound == null ? 0 : bound.index());
      }
      default -> -Errno.ENOPROTOOPT;
    };
  }

  private static int putTime(byte[] value, int length, long time) {
    byte[] bytes = new byte[16];
    Bytes.put64(bytes, 0, Long.reverseBytes(time / MICROS));
    Bytes.put64(bytes, 8, Long.reverseBytes(time % MICROS));
    int n = Math.min(length, 16);
    System.arraycopy(bytes, 0, value, 0, n);
    return n;
  }

  private int putDevice(byte[] value, int length) {
    NetDevice bound = device;
    if (bound == null) {
      return 0;
    }
    if (length < NAME_SIZE) {
      return -Errno.EINVAL;
    }
    byte[] name = bound.name().getBytes(StandardCharsets.UTF_8);
    int n = Math.min(name.length, NAME_SIZE - 1);
    System.arraycopy(name, 0, value, 0, n);
    value[n] = 0;
    return n + 1;
  }
}
