package dev.patchbay.stack.socket;

import dev.patchbay.stack.raw.RawSocket;
import dev.patchbay.stack.wire.IpProtocol;

/** The options of raw sockets ({@code raw_setsockopt}, {@code rawv6_setsockopt}). */
final class RawLevel implements OptionHook {
  static final int ICMP_FILTER = 1;
  static final int ICMPV6_FILTER = 1;
  static final int IPV6_HDRINCL = 36;

  /** {@code struct icmp6_filter}. */
  private static final int FILTER6 = 32;

  private final RawSocket raw;

  RawLevel(RawSocket raw) {
    this.raw = raw;
  }

  private static boolean isChecksum(int level, int name) {
    boolean six = level == SocketOptions.IPPROTO_RAW || level == SocketOptions.IPPROTO_IPV6;
    return six && name == SocketOptions.IPV6_CHECKSUM;
  }

  @Override
  public int set(int level, int name, byte[] value, int length) {
    if (raw.isV4()) {
      if (level == SocketOptions.SOL_IP && name == SocketOptions.IP_HDRINCL) {
        if (length < 1) {
          return -Errno.EINVAL;
        }
        raw.headerIncluded = OptionValue.intOrByte(value, length) != 0;
        return 0;
      }
      boolean filter = level == SocketOptions.IPPROTO_RAW && name == ICMP_FILTER;
      return filter ? filter4(value, length) : -Errno.ENOPROTOOPT;
    }
    if (level == SocketOptions.IPPROTO_ICMPV6 && name == ICMPV6_FILTER) {
      return filter6(value, length);
    }
    boolean checksum = isChecksum(level, name);
    boolean header = level == SocketOptions.IPPROTO_IPV6 && name == IPV6_HDRINCL;
    if (!checksum && !header) {
      return -Errno.ENOPROTOOPT;
    }
    if (length < 4) {
      return -Errno.EINVAL;
    }
    int v = OptionValue.int32(value, 0);
    if (checksum) {
      return raw.checksumOffset(v);
    }
    raw.headerIncluded = v != 0;
    return 0;
  }

  private int filter4(byte[] value, int length) {
    if (raw.protocol() != IpProtocol.ICMP) {
      return -Errno.EOPNOTSUPP;
    }
    int filter = raw.icmpFilter;
    for (int i = 0; i < Math.min(4, length); i++) {
      filter = filter & ~(0xff << 8 * i) | (value[i] & 0xff) << 8 * i;
    }
    raw.icmpFilter = filter;
    return 0;
  }

  private int filter6(byte[] value, int length) {
    if (raw.protocol() != IpProtocol.ICMPV6) {
      return -Errno.EOPNOTSUPP;
    }
    for (int type = 0; type < 8 * Math.min(FILTER6, length); type++) {
      raw.blockIcmp6(type, (value[type >>> 3] >>> (type & 7) & 1) != 0);
    }
    return 0;
  }

  @Override
  public int get(int level, int name, byte[] value, int length) {
    if (raw.isV4()) {
      if (level == SocketOptions.SOL_IP && name == SocketOptions.IP_HDRINCL) {
        return OptionValue.put(value, length, raw.headerIncluded);
      }
      if (level != SocketOptions.IPPROTO_RAW || name != ICMP_FILTER) {
        return -Errno.ENOPROTOOPT;
      }
      return raw.protocol() == IpProtocol.ICMP
          ? OptionValue.put(value, length, raw.icmpFilter)
          : -Errno.EOPNOTSUPP;
    }
    if (level == SocketOptions.IPPROTO_ICMPV6 && name == ICMPV6_FILTER) {
      return getFilter6(value, length);
    }
    if (isChecksum(level, name)) {
      return OptionValue.put(value, length, raw.checksumOffset());
    }
    if (level == SocketOptions.IPPROTO_IPV6 && name == IPV6_HDRINCL) {
      return OptionValue.put(value, length, raw.headerIncluded);
    }
    return -Errno.ENOPROTOOPT;
  }

  private int getFilter6(byte[] value, int length) {
    if (raw.protocol() != IpProtocol.ICMPV6) {
      return -Errno.EOPNOTSUPP;
    }
    int n = Math.min(FILTER6, length);
    for (int i = 0; i < n; i++) {
      int bits = 0;
      for (int bit = 0; bit < 8; bit++) {
        bits |= raw.isIcmp6Blocked(8 * i + bit) ? 1 << bit : 0;
      }
      value[i] = (byte) bits;
    }
    return n;
  }
}
