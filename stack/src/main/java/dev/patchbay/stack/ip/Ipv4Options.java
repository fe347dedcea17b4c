package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.util.Arrays;

/**
 * IPv4 options of packets that come in (RFC 791 section 3.1, Linux: {@code ip_options_compile}),
 * and what a router writes into those that it sends on ({@code ip_forward_options}).
 */
final class Ipv4Options {
  private static final int END = 0;
  private static final int NOP = 1;
  private static final int COPIED = 0x80;
  private static final int RECORD_ROUTE = 7;
  private static final int TIMESTAMP = 68;
  private static final int ROUTER_ALERT = 148;

  /** Flags of a timestamp option: addresses beside the times, or those that are given. */
  private static final int WITH_ADDRESS = 1;

  private static final int PRESPECIFIED = 3;
  private static final int LOOSE_SOURCE_ROUTE = 131;
  private static final int STRICT_SOURCE_ROUTE = 137;

  private Ipv4Options() {}

  /**
   * Looks through the options in {@code [at, end)}; what stands behind their end is made zero.
   *
   * @return 0: it may go on; negative: it may not, and nobody is told; else the offset from {@code
   *     at} of the octet that is wrong, and one
   */
  static int check(byte[] b, int at, int end) {
    int i = at;
    boolean routed = false;
    while (i < end) {
      int type = Bytes.u8(b, i);
      if (type == END) {
        Arrays.fill(b, i, end, (byte) END);
        break;
      }
      if (type == NOP) {
        i++;
        continue;
      }
      int length = i + 1 < end ? Bytes.u8(b, i + 1) : 0;
      if (length < 2 || i + length > end) {
        return i - at + 1;
      }
      int wrong = wrong(b, i, length);
      if (wrong >= 0) {
        return i - at + wrong + 1;
      }
      boolean route = type == LOOSE_SOURCE_ROUTE || type == STRICT_SOURCE_ROUTE;
      if (route && routed) {
        return i - at + 1;
      }
      routed |= route;
      i += length;
    }
    // dropped unless accept_source_route is set (RFC 7126 sections 4.3 and 4.4)
    return routed ? -1 : 0;
  }

  /** Offset in an option of the octet that is wrong, or -1. */
  private static int wrong(byte[] b, int at, int length) {
    switch (Bytes.u8(b, at)) {
      case LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE, RECORD_ROUTE -> {
        if (length < 3) {
          return 1;
        }
        int pointer = Bytes.u8(b, at + 2);
        boolean half = Bytes.u8(b, at) == RECORD_ROUTE && pointer <= length && pointer + 3 > length;
        return pointer < 4 || half ? 2 : -1;
      }
      case TIMESTAMP -> {
        if (length < 4) {
          return 1;
        }
        int pointer = Bytes.u8(b, at + 2);
        int flags = b[at + 3] & 15;
        if (pointer > length) {
          boolean full = flags != PRESPECIFIED && (b[at + 3] & 0xf0) == 0xf0;
          return full ? 3 : -1;
        }
        boolean pairs = flags == WITH_ADDRESS || flags == PRESPECIFIED;
        return pointer < 5 || pointer + (pairs ? 7 : 3) > length ? 2 : -1;
      }
      case ROUTER_ALERT -> {
        return length < 4 ? 1 : -1;
      }
      default -> {
        return -1;
      }
    }
  }

  /**
   * Records the way of a packet that is sent on (RFC 1812 section 5.2.4): our address into record
   * route, our time into timestamp, or one more router that had no room there. The header's
   * checksum is the caller's business.
   *
   * @param b bytes whose options in {@code [at, end)} were {@link #check checked}
   * @param own IPv4 address by which it leaves
   * @param time ms since midnight UT
   */
  static void record(byte[] b, int at, int end, int own, int time, NetworkStack stack) {
    int i = at;
    while (i < end && Bytes.u8(b, i) != END) {
      int type = Bytes.u8(b, i);
      if (type == NOP) {
        i++;
        continue;
      }
      int length = Bytes.u8(b, i + 1);
      int pointer = length > 2 ? Bytes.u8(b, i + 2) : 0;
      if (type == RECORD_ROUTE && pointer <= length) {
        Bytes.put32(b, i + pointer - 1, own);
        b[i + 2] = (byte) (pointer + 4);
      } else if (type == TIMESTAMP) {
        recordTime(b, i, own, time, stack);
      }
      i += length;
    }
  }

  private static void recordTime(byte[] b, int at, int own, int time, NetworkStack stack) {
    int length = Bytes.u8(b, at + 1);
    int pointer = Bytes.u8(b, at + 2);
    int flags = b[at + 3] & 15;
    int slot = at + pointer - 1;
    if (pointer > length) {
      if (flags != PRESPECIFIED) {
        b[at + 3] += 0x10; // one more that had no room
      }
    } else if (flags == 0) {
      Bytes.put32(b, slot, time);
      b[at + 2] = (byte) (pointer + 4);
    } else if (flags == WITH_ADDRESS) {
      Bytes.put32(b, slot, own);
      Bytes.put32(b, slot + 4, time);
      b[at + 2] = (byte) (pointer + 8);
    } else if (flags == PRESPECIFIED) {
      long asked = Addresses.v4(Bytes.i32(b, slot));
      if (stack.routes4().addressType(0, asked) != Route.Type.UNICAST) {
        Bytes.put32(b, slot + 4, time);
        b[at + 2] = (byte) (pointer + 8);
      }
    }
  }

  /**
   * Makes nothing of those options that only the first fragment has (RFC 791 section 3.1, {@code
   * ip_options_fragment}).
   */
  static void keepCopied(byte[] b, int at, int end) {
    int i = at;
    while (i < end && Bytes.u8(b, i) != END) {
      int length = Bytes.u8(b, i) == NOP || i + 1 == end ? 1 : Bytes.u8(b, i + 1);
      if (length < 2 && Bytes.u8(b, i) != NOP || i + length > end) {
        return;
      }
      if ((b[i] & COPIED) == 0) {
        Arrays.fill(b, i, i + length, (byte) NOP);
      }
      i += length;
    }
  }
}
