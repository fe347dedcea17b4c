package dev.patchbay.backend.plug;

import dev.patchbay.stack.wire.Bytes;

/**
 * Finds the frames of QEMU's stream framing (32 bits of length in network order, then the frame
 * without FCS) in the memory into which the socket was read; nothing is copied. Without I/O:
 *
 * <pre>
 *   int n = read(parser.buffer(), parser.writeAt(), parser.room());
 *   parser.filled(n);
 *   for (int length = parser.next(); length &gt; 0; length = parser.next()) {
 *     … length bytes at parser.frameAt() of parser.buffer(), until the next filled
 *   }
 * </pre>
 */
public final class FrameParser {
  /** QEMU's NET_BUFSIZE: no netdev sends or takes a longer frame. */
  public static final int MAX_FRAME = 4096 + 65536;

  /** Result of {@link #next}: the rest of the frame has still to be read. */
  public static final int MORE = 0;

  /**
   * Result of {@link #next}: a length above the limit; the stream has lost its framing and stays
   * so.
   */
  public static final int GARBAGE = -1;

  private static final int PREFIX = 4;

  private final byte[] buffer;
  private final int maxFrame;
  private int from;
  private int to;
  private int frameAt;
  private boolean garbage;
  private long emptyFrames;

  /**
   * @param capacity bytes of the buffer, at least {@code maxFrame + 4}
   * @param maxFrame longest frame that is accepted, in bytes
   */
  public FrameParser(int capacity, int maxFrame) {
    if (maxFrame < 1 || capacity < maxFrame + PREFIX) {
      throw new IllegalArgumentException("capacity " + capacity + ", maxFrame " + maxFrame);
    }
    this.buffer = new byte[capacity];
    this.maxFrame = maxFrame;
  }

  /** Where to read to and where frames lie. */
  public byte[] buffer() {
    return buffer;
  }

  /** Offset at which the next bytes are to be put. */
  public int writeAt() {
    return to;
  }

  /** Bytes that may be put there; above 0 whenever {@link #next} has given {@link #MORE}. */
  public int room() {
    return buffer.length - to;
  }

  /** Says that {@code count} bytes were put at {@link #writeAt}. */
  public void filled(int count) {
    if (count < 0 || count > room()) {
      throw new IllegalArgumentException("filled " + count + " of " + room());
    }
    to += count;
  }

  /**
   * The length in bytes, 1 to the limit, of the next frame, which begins at {@link #frameAt}; or
   * MORE or GARBAGE.
   */
  public int next() {
    int whole = following();
    while (whole == 0 && !garbage && to - from >= PREFIX) {
      int length = Bytes.i32(buffer, from);
      if (length == 0) {
        emptyFrames++;
        from += PREFIX;
        whole = following();
      } else if (length < 0 || length > maxFrame) {
        garbage = true;
      } else {
        break;
      }
    }
    if (whole > 0) {
      frameAt = followingAt();
      from = frameAt + whole;
      return whole;
    }
    if (garbage) {
      return GARBAGE;
    }
    compact();
    return MORE;
  }

  /**
   * The length of the whole frame after the one that {@link #next} has given, which then gives it;
   * 0 where {@code next} would say something else.
   */
  public int following() {
    if (garbage || to - from < PREFIX) {
      return 0;
    }
    int length = Bytes.i32(buffer, from);
    return length > 0 && length <= maxFrame && to - from - PREFIX >= length ? length : 0;
  }

  /** Offset of the frame that {@link #following} has found. */
  public int followingAt() {
    return from + PREFIX;
  }

  /** Room for the rest of the longest frame: mostly nothing is left over and nothing is moved. */
  private void compact() {
    if (from == to) {
      from = 0;
      to = 0;
    } else if (buffer.length - from < maxFrame + PREFIX) {
      System.arraycopy(buffer, from, buffer, 0, to - from);
      to -= from;
      from = 0;
    }
  }

  /** Offset of the frame that {@link #next} found. */
  public int frameAt() {
    return frameAt;
  }

  /** The length that was taken for garbage; meaningful after GARBAGE. Unsigned. */
  public long badLength() {
    return Bytes.i32(buffer, from) & 0xffff_ffffL;
  }

  /** Bytes of a frame that is not complete yet. */
  public int pending() {
    return to - from;
  }

  /** Frames of length 0 that were skipped. */
  public long emptyFrames() {
    return emptyFrames;
  }

  /** Forgets what was read: a new connection. */
  public void reset() {
    from = 0;
    to = 0;
    garbage = false;
  }
}
