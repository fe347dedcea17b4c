package dev.patchbay.stack.ip;

import dev.patchbay.stack.wire.Bytes;

/**
 * IPv4 options of packets that come in (RFC 791 section 3.1, Linux: {@code ip_options_compile}).
 * They are passed on as they are; nothing here acts on one.
 */
final class Ipv4Options {
  private static final int END = 0;
  private static final int NOP = 1;
  private static final int LOOSE_SOURCE_ROUTE = 131;
  private static final int STRICT_SOURCE_ROUTE = 137;

  private Ipv4Options() {}

  /**
   * Whether a packet with the options in {@code [at, end)} may go on: each is whole, and none is a
   * source route, which Linux drops unless {@code accept_source_route} is set (RFC 7126 sections
   * 4.3 and 4.4).
   */
  static boolean acceptable(byte[] b, int at, int end) {
    int i = at;
    while (i < end) {
      int type = Bytes.u8(b, i);
      if (type == END) {
        return true;
      }
      if (type == NOP) {
        i++;
        continue;
      }
      int length = i + 1 < end ? Bytes.u8(b, i + 1) : 0;
      if (length < 2 || i + length > end) {
        return false;
      }
      if (type == LOOSE_SOURCE_ROUTE || type == STRICT_SOURCE_ROUTE) {
        return false;
      }
      i += length;
    }
    return true;
  }
}
