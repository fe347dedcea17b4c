package dev.patchbay.stack.socket;

import dev.patchbay.stack.udp.UdpSocket;

/** The options of UDP-Lite ({@code udp_lib_setsockopt}). */
final class UdpLiteLevel implements OptionHook {
  static final int UDPLITE_SEND_CSCOV = 10;
  static final int UDPLITE_RECV_CSCOV = 11;

  private static final int HEADER = 8;

  private final UdpSocket udp;

  UdpLiteLevel(UdpSocket udp) {
    this.udp = udp;
  }

  @Override
  public int set(int level, int name, byte[] value, int length) {
    if (level != SocketOptions.IPPROTO_UDPLITE) {
      return -Errno.ENOPROTOOPT;
    }
    if (length < 4) {
      return -Errno.EINVAL;
    }
    int v = OptionValue.int32(value, 0);
    // RFC 3828: no coverage between 1 and 7
    int coverage = v != 0 && v < HEADER ? HEADER : Math.min(v, 0xffff);
    switch (name) {
      case UDPLITE_SEND_CSCOV -> udp.sendCoverage = coverage;
      case UDPLITE_RECV_CSCOV -> udp.receiveCoverage = coverage;
      default -> {
        return -Errno.ENOPROTOOPT;
      }
    }
    return 0;
  }

  @Override
  public int get(int level, int name, byte[] value, int length) {
    if (level != SocketOptions.IPPROTO_UDPLITE) {
      return -Errno.ENOPROTOOPT;
    }
    return switch (name) {
      case UDPLITE_SEND_CSCOV -> OptionValue.put(value, length, Math.max(udp.sendCoverage, 0));
      case UDPLITE_RECV_CSCOV -> OptionValue.put(value, length, Math.max(udp.receiveCoverage, 0));
      default -> -Errno.ENOPROTOOPT;
    };
  }
}
