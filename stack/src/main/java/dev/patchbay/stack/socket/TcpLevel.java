package dev.patchbay.stack.socket;

import dev.patchbay.stack.tcp.TcpInfoStruct;
import dev.patchbay.stack.tcp.TcpSettings;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.wire.Addresses;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The options of level {@code IPPROTO_TCP} ({@code do_tcp_setsockopt}, {@code do_tcp_getsockopt}).
 */
final class TcpLevel {
  private static final int MIN_MSS = 88;
  private static final int MAX_MSS = 32767;
  private static final int MAX_KEEP_SECONDS = 32767;
  private static final int MAX_COUNT = 127;

  /** {@code TCP_FIN_TIMEOUT_MAX}, s. */
  private static final int MAX_FIN_TIMEOUT = 120;

  /** {@code SOCK_MIN_RCVBUF / 2}. */
  private static final int MIN_CLAMP = 1152;

  private static final int DEFAULT_MSS = 536;
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;

  boolean noDelay;
  boolean cork;
  int userMss;
  int keepIdle = 7200;
  int keepInterval = 75;
  int keepCount = 9;
  int synCount;
  int linger2;

  /** Retransmissions of the SYN-ACK in the place of the seconds asked for, as Linux keeps it. */
  int deferAccept;

  int windowClamp;
  int userTimeout;
  int notSentLowWater;
  boolean quickAck = true;
  @Nullable String congestion;

  void inherit(TcpLevel from) {
    noDelay = from.noDelay;
    cork = from.cork;
    userMss = from.userMss;
    keepIdle = from.keepIdle;
    keepInterval = from.keepInterval;
    keepCount = from.keepCount;
    synCount = from.synCount;
    linger2 = from.linger2;
    windowClamp = from.windowClamp;
    userTimeout = from.userTimeout;
    notSentLowWater = from.notSentLowWater;
    congestion = from.congestion;
    quickAck = from.quickAck;
  }

  int set(StreamEnd socket, int name, byte[] value, int length) {
    if (name == SocketOptions.TCP_CONGESTION) {
      return congestion(socket, value, length);
    }
    if (length < 4) {
      return -Errno.EINVAL;
    }
    int v = OptionValue.int32(value, 0);
    int result = check(socket, name, v);
    if (result < 0) {
      return result;
    }
    store(name, v);
    TcpSocket t = socket.connection();
    if (t != null) {
      if (name == SocketOptions.TCP_QUICKACK) {
        t.quickAck(v != 0);
      } else if (name >= SocketOptions.TCP_KEEPIDLE && name <= SocketOptions.TCP_KEEPCNT) {
        keepAlive(socket, t);
      } else {
        apply(t);
        t.push();
      }
    }
    return 0;
  }

  private static int check(StreamEnd socket, int name, int v) {
    boolean valid =
        switch (name) {
          case SocketOptions.TCP_NODELAY,
              SocketOptions.TCP_CORK,
              SocketOptions.TCP_LINGER2,
              SocketOptions.TCP_DEFER_ACCEPT,
              SocketOptions.TCP_QUICKACK,
              SocketOptions.TCP_NOTSENT_LOWAT ->
              true;
          case SocketOptions.TCP_MAXSEG -> v == 0 || v >= MIN_MSS && v <= MAX_MSS;
          case SocketOptions.TCP_KEEPIDLE, SocketOptions.TCP_KEEPINTVL ->
              v >= 1 && v <= MAX_KEEP_SECONDS;
          case SocketOptions.TCP_KEEPCNT, SocketOptions.TCP_SYNCNT -> v >= 1 && v <= MAX_COUNT;
          case SocketOptions.TCP_WINDOW_CLAMP -> v != 0 || socket.isUnused();
          case SocketOptions.TCP_USER_TIMEOUT -> v >= 0;
          default -> false;
        };
    if (valid) {
      return 0;
    }
    return isKnown(name) ? -Errno.EINVAL : -Errno.ENOPROTOOPT;
  }

  private static boolean isKnown(int name) {
    return switch (name) {
      case SocketOptions.TCP_MAXSEG,
          SocketOptions.TCP_KEEPIDLE,
          SocketOptions.TCP_KEEPINTVL,
          SocketOptions.TCP_KEEPCNT,
          SocketOptions.TCP_SYNCNT,
          SocketOptions.TCP_WINDOW_CLAMP,
          SocketOptions.TCP_USER_TIMEOUT ->
          true;
      default -> false;
    };
  }

  private void store(int name, int v) {
    switch (name) {
      case SocketOptions.TCP_NODELAY -> noDelay = v != 0;
      case SocketOptions.TCP_CORK -> cork = v != 0;
      case SocketOptions.TCP_MAXSEG -> userMss = v;
      case SocketOptions.TCP_KEEPIDLE -> keepIdle = v;
      case SocketOptions.TCP_KEEPINTVL -> keepInterval = v;
      case SocketOptions.TCP_KEEPCNT -> keepCount = v;
      case SocketOptions.TCP_SYNCNT -> synCount = v;
      case SocketOptions.TCP_LINGER2 -> linger2 = v < 0 ? -1 : Math.min(v, MAX_FIN_TIMEOUT);
      case SocketOptions.TCP_DEFER_ACCEPT -> deferAccept = retransmissions(v);
      case SocketOptions.TCP_WINDOW_CLAMP -> windowClamp = v == 0 ? 0 : Math.max(v, MIN_CLAMP);
      case SocketOptions.TCP_USER_TIMEOUT -> userTimeout = v;
      case SocketOptions.TCP_QUICKACK -> quickAck = v != 0;
      default -> notSentLowWater = v;
    }
  }

  /** {@code secs_to_retrans}: doubling from 1 s, at most 120 s each. */
  private static int retransmissions(int seconds) {
    if (seconds <= 0) {
      return 0;
    }
    int count = 1;
    int period = 1;
    int timeout = 1;
    while (seconds > period && count < 255) {
      count++;
      timeout = Math.min(2 * timeout, 120);
      period += timeout;
    }
    return count;
  }

  /** {@code retrans_to_secs}. */
  int deferSeconds() {
    int period = 0;
    int timeout = 1;
    for (int i = 0; i < deferAccept; i++) {
      period += timeout;
      timeout = Math.min(2 * timeout, 120);
    }
    return period;
  }

  private int congestion(StreamEnd socket, byte[] value, int length) {
    if (length < 1) {
      return -Errno.EINVAL;
    }
    int end = 0;
    while (end < Math.min(length, 15) && value[end] != 0) {
      end++;
    }
    String name = new String(value, 0, end, StandardCharsets.US_ASCII);
    if (!name.equals("cubic") && !name.equals("reno")) {
      return -Errno.ENOENT;
    }
    congestion = name;
    TcpSocket t = socket.connection();
    if (t != null) {
      t.congestionControl(name);
    }
    return 0;
  }

  int get(StreamEnd socket, int name, byte[] value, int length) {
    if (name == SocketOptions.TCP_INFO) {
      return info(socket, value, length);
    }
    TcpSocket t = socket.connection();
    int v =
        switch (name) {
          case SocketOptions.TCP_NODELAY -> bit(noDelay);
          case SocketOptions.TCP_CORK -> bit(cork);
          case SocketOptions.TCP_MAXSEG ->
              t != null ? t.info().sendMss() : userMss > 0 ? userMss : DEFAULT_MSS;
          case SocketOptions.TCP_KEEPIDLE -> keepIdle;
          case SocketOptions.TCP_KEEPINTVL -> keepInterval;
          case SocketOptions.TCP_KEEPCNT -> keepCount;
          case SocketOptions.TCP_SYNCNT -> synCount == 0 ? 6 : synCount;
          case SocketOptions.TCP_LINGER2 -> linger2 == 0 ? 60 : linger2;
          case SocketOptions.TCP_DEFER_ACCEPT -> deferSeconds();
          case SocketOptions.TCP_WINDOW_CLAMP -> windowClamp;
          case SocketOptions.TCP_QUICKACK -> bit(t == null ? quickAck : t.isQuickAck());
          case SocketOptions.TCP_USER_TIMEOUT -> userTimeout;
          case SocketOptions.TCP_NOTSENT_LOWAT -> notSentLowWater;
          case SocketOptions.TCP_CONGESTION -> {
            String text = congestion == null ? socket.defaultCongestion() : congestion;
            yield -1000 - putName(text, value, length);
          }
          default -> -1000 + Errno.ENOPROTOOPT;
        };
    return v <= -900 ? -1000 - v : OptionValue.put(value, length, v);
  }

  private static int info(StreamEnd socket, byte[] value, int length) {
    byte[] all = new byte[TcpInfoStruct.LENGTH];
    TcpSocket t = socket.connection();
    AcceptQueue queue = socket.acceptQueue();
    if (queue != null) {
      TcpInfoStruct.writeListener(queue.size(), queue.backlog(), all);
    } else if (t != null) {
      TcpInfoStruct.write(t, all);
    } else {
      TcpInfoStruct.writeClosed(all);
    }
    int n = Math.min(length, all.length);
    System.arraycopy(all, 0, value, 0, n);
    return n;
  }

  private static int putName(String name, byte[] value, int length) {
    byte[] text = new byte[16];
    System.arraycopy(name.getBytes(StandardCharsets.US_ASCII), 0, text, 0, name.length());
    int n = Math.min(length, 16);
    System.arraycopy(text, 0, value, 0, n);
    return n;
  }

  private static int bit(boolean flag) {
    return flag ? 1 : 0;
  }

  /** Gives a connection what was set. */
  void apply(TcpSocket t) {
    TcpSettings s = t.settings();
    s.cork = cork;
    s.userMss = userMss;
    s.synRetries = synCount;
    s.finTimeout = linger2 * SECOND;
    s.windowClamp = windowClamp;
    t.noDelay(noDelay);
    t.userTimeout(userTimeout * MILLI);
    if (congestion != null) {
      t.congestionControl(congestion);
    }
  }

  void keepAlive(StreamEnd socket, TcpSocket t) {
    t.keepAlive(socket.options.keepAlive, keepIdle * SECOND, keepInterval * SECOND, keepCount);
  }

  /** Gives a new connection all options of its socket. */
  void applyAll(StreamEnd socket, TcpSocket t) {
    SocketLevel o = socket.options;
    common(socket, t);
    applyIp(socket, t);
    apply(t);
    if (o.keepAlive) {
      keepAlive(socket, t);
    }
    if (!quickAck) {
      t.quickAck(false);
    }
    if (o.receiveBufferSet) {
      t.receiveBuffer(o.receiveBuffer);
    }
    if (o.sendBufferSet) {
      t.sendBuffer(o.sendBuffer);
    }
    if (o.maxPacingRate != SocketLevel.NO_RATE) {
      t.maxPacingRate(o.pacingRate());
    }
    t.push();
  }

  private static void common(StreamEnd socket, TcpSocket t) {
    SocketLevel o = socket.options;
    TcpSettings s = t.settings();
    s.device = o.device;
    s.mark = o.mark;
    s.priority = o.priority;
    s.reuseAddress = o.reuseAddress;
    s.reusePort = o.reusePort;
    s.urgentApart = !o.oobInline;
  }

  /** Gives a connection the options of IP. */
  void applyIp(StreamEnd socket, TcpSocket t) {
    boolean v4 = Addresses.isV4(t.remoteHi(), t.remoteLo());
    t.ttl(socket.ip.hopLimit(v4));
    t.tos(socket.ip.classOf(v4));
    t.settings().receiveErrors = v4 ? socket.ip.receiveErrors : socket.ip.receiveErrors6;
  }

  /** An option of {@code SOL_SOCKET} has changed. */
  void socketOptionChanged(StreamEnd socket, TcpSocket t, int name) {
    switch (name) {
      case SocketOptions.SO_KEEPALIVE -> keepAlive(socket, t);
      case SocketOptions.SO_RCVBUF, SocketOptions.SO_RCVBUFFORCE ->
          t.receiveBuffer(socket.options.receiveBuffer);
      case SocketOptions.SO_SNDBUF, SocketOptions.SO_SNDBUFFORCE ->
          t.sendBuffer(socket.options.sendBuffer);
      case SocketOptions.SO_MAX_PACING_RATE -> {
        // the end of a limit that there never was begins no pacing
        long rate = socket.options.pacingRate();
        if (rate != Long.MAX_VALUE || t.info().maxPacingRate() != rate) {
          t.maxPacingRate(rate);
        }
      }
      default -> common(socket, t);
    }
  }
}
