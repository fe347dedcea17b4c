package dev.patchbay.stack.tcp;

import dev.patchbay.stack.wire.Bytes;

/**
 * TCP options (RFC 9293 section 3.1, RFC 7323, RFC 2018): one instance is parsed into again and
 * again, the emitters are static and return the offset after what they wrote.
 */
final class TcpOptions {
  static final int END = 0;
  static final int NOP = 1;
  static final int MSS = 2;
  static final int WINDOW_SCALE = 3;
  static final int SACK_PERMITTED = 4;
  static final int SACK = 5;
  static final int TIMESTAMPS = 8;

  /** Bytes of the timestamps option with its padding. */
  static final int TIMESTAMPS_LENGTH = 12;

  /** NOP, NOP, kind 8, length 10: how every stack aligns the timestamps (RFC 7323 appendix A). */
  static final int TIMESTAMPS_WORD = 0x0101080a;

  /** RFC 7323 section 2.3: a shift above 14 is taken as 14. */
  static final int MAX_SCALE = 14;

  /** The peer's MSS, 0 where it sent none. */
  int mss;

  /** The peer's window shift, -1 where it sent none. */
  int windowScale;

  boolean sackPermitted;
  boolean timestamps;
  int tsValue;
  int tsEcho;

  /** Number of SACK blocks and where the first one begins in the array that was parsed. */
  int sackBlocks;

  int sackOffset;

  /** Parses the options in {@code [at, end)}; what is malformed ends the list, as in Linux. */
  void parse(byte[] b, int at, int end) {
    mss = 0;
    windowScale = -1;
    sackPermitted = false;
    timestamps = false;
    sackBlocks = 0;
    if (end - at == TIMESTAMPS_LENGTH && Bytes.i32(b, at) == TIMESTAMPS_WORD) {
      timestamps = true;
      tsValue = Bytes.i32(b, at + 4);
      tsEcho = Bytes.i32(b, at + 8);
      return;
    }
    int i = at;
    while (i < end) {
      int kind = b[i] & 0xff;
      if (kind == END) {
        return;
      }
      if (kind == NOP) {
        i++;
        continue;
      }
      if (i + 1 >= end) {
        return;
      }
      int length = b[i + 1] & 0xff;
      // MUST-7: "be prepared to handle an illegal option length (e.g., zero)"
      if (length < 2 || i + length > end) {
        return;
      }
      option(b, i, kind, length);
      i += length;
    }
  }

  private void option(byte[] b, int i, int kind, int length) {
    switch (kind) {
      case MSS -> {
        if (length == 4) {
          mss = Bytes.u16(b, i + 2);
        }
      }
      case WINDOW_SCALE -> {
        if (length == 3) {
          windowScale = Math.min(b[i + 2] & 0xff, MAX_SCALE);
        }
      }
      case SACK_PERMITTED -> sackPermitted |= length == 2;
      case SACK -> {
        if (length >= 10 && (length - 2 & 7) == 0) {
          sackBlocks = length - 2 >>> 3;
          sackOffset = i + 2;
        }
      }
      case TIMESTAMPS -> {
        if (length == 10) {
          timestamps = true;
          tsValue = Bytes.i32(b, i + 2);
          tsEcho = Bytes.i32(b, i + 6);
        }
      }
      default -> {
        // MUST-6: "ignore without error any TCP Option it does not implement"
      }
    }
  }

  static int emitMss(byte[] b, int at, int value) {
    Bytes.put16(b, at, MSS << 8 | 4);
    Bytes.put16(b, at + 2, value);
    return at + 4;
  }

  static int emitTimestamps(byte[] b, int at, int value, int echo) {
    Bytes.put32(b, at, TIMESTAMPS_WORD);
    Bytes.put32(b, at + 4, value);
    Bytes.put32(b, at + 8, echo);
    return at + TIMESTAMPS_LENGTH;
  }

  static int emitSackPermitted(byte[] b, int at) {
    Bytes.put32(b, at, NOP << 24 | NOP << 16 | SACK_PERMITTED << 8 | 2);
    return at + 4;
  }

  static int emitWindowScale(byte[] b, int at, int shift) {
    Bytes.put32(b, at, NOP << 24 | WINDOW_SCALE << 16 | 3 << 8 | shift);
    return at + 4;
  }
}
