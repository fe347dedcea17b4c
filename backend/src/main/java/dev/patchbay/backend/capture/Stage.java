package dev.patchbay.backend.capture;

import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import org.jspecify.annotations.Nullable;

/**
 * The frames that devices have shown in this turn of the loop, in one array of bounded size. They
 * stay here until the turn's end, so that a drop can still be noted at the packet.
 *
 * <p>A record is a head of {@value #HEAD} bytes and the frame. A packet that is seen more than once
 * (by a port, then by the bridge) has a chain of records, the last of which its {@link
 * Packet#tapMark} names; the mark holds the number of the turn too, so that an old one is known.
 */
final class Stage implements Segmenter.FrameSink {
  /** Bytes of one turn; what does not fit is handed out before the turn's end. */
  static final int CAPACITY = 2 << 20;

  private static final int HEAD = 32;
  private static final int ORIGIN = 4;
  private static final int TIME = 8;
  private static final int DIRECTION = 16;
  private static final int REASON = 20;
  private static final int PREVIOUS = 24;
  private static final int NONE = -1;

  private static final DropReason[] REASONS = DropReason.values();

  /** Takes the records at the end of the turn. */
  @FunctionalInterface
  interface Reader {
    /**
     * A record.
     *
     * @param data the stage's array: the frame stands at {@code offset}, valid during the call
     * @param direction as {@link Pcapng} has it
     * @param reason why it was dropped in this turn, or null
     */
    void frame(
        int origin,
        long time,
        byte[] data,
        int offset,
        int length,
        int direction,
        @Nullable DropReason reason);
  }

  private final Reader reader;
  private byte[] data = new byte[64 * 1024];
  private int tail;
  private int turn = 1;

  // of the packet that is being written
  private int origin;
  private long time;
  private int direction;
  private int last;

  Stage(Reader reader) {
    this.reader = reader;
  }

  /** Takes what a device shows; the packet gets its mark. */
  void seen(Origin from, Packet packet, long nanos, int dir) {
    begin(from, nanos, dir, marked(packet));
    boolean cut = packet.gsoType != Packet.GSO_NONE && from.device() instanceof PortDevice;
    if (cut) {
      Segmenter.write(packet, this);
    } else {
      whole(packet, packet.head, true);
    }
    if (last != NONE) {
      packet.tapMark = (long) turn << 32 | last;
    }
  }

  /** Takes a finished frame of no packet. */
  void frame(Origin from, byte[] bytes, int offset, int length, long nanos, int dir) {
    begin(from, nanos, dir, NONE);
    int at = reserve(length);
    System.arraycopy(bytes, offset, data, at, length);
  }

  /**
   * Notes a drop at the packet's records of this turn.
   *
   * @return false where it has none
   */
  boolean dropped(Packet packet, DropReason reason) {
    int at = marked(packet);
    if (at == NONE) {
      return false;
    }
    while (at != NONE) {
      Bytes.put32(data, at + REASON, reason.ordinal());
      at = Bytes.i32(data, at + PREVIOUS);
    }
    return true;
  }

  /** Takes a dropped packet that has no record of this turn, from {@code start} on. */
  void dropped(Origin from, Packet packet, int start, long nanos, int dir, DropReason reason) {
    begin(from, nanos, dir, NONE);
    whole(packet, start, from.linkType() == Pcapng.ETHERNET);
    if (last != NONE) {
      Bytes.put32(data, last + REASON, reason.ordinal());
    }
  }

  private int marked(Packet packet) {
    return packet.tapMark >>> 32 == turn ? (int) packet.tapMark : NONE;
  }

  private void begin(Origin from, long nanos, int dir, int previous) {
    origin = from.number();
    time = nanos;
    direction = dir;
    last = previous;
  }

  /** Copies the packet as one frame, and fills the copy's tag and checksum in. */
  private void whole(Packet packet, int start, boolean ethernet) {
    int tag = packet.vlanProtocol != 0 && ethernet && packet.tail - start >= 12 ? 4 : 0;
    int length = packet.tail - start;
    int at = reserve(length + tag);
    if (tag == 0) {
      System.arraycopy(packet.data, start, data, at, length);
    } else {
      System.arraycopy(packet.data, start, data, at, 12);
      Bytes.put16(data, at + 12, packet.vlanProtocol);
      Bytes.put16(data, at + 14, packet.vlanTci);
      System.arraycopy(packet.data, start + 12, data, at + 16, length - 12);
    }
    int from = packet.checksumStart - start;
    if (packet.checksumState == Packet.CHECKSUM_PARTIAL && from >= 0) {
      int begin = at + tag + from;
      long sum = InternetChecksum.sum(data, begin, length - from);
      int value =
          packet.checksumOffset == 6
              ? InternetChecksum.finishUdp(sum)
              : InternetChecksum.finish(sum);
      Bytes.put16(data, begin + packet.checksumOffset, value);
    }
  }

  /** Makes a record for a frame and returns where the frame goes. */
  @Override
  public int reserve(int length) {
    int need = HEAD + length;
    if (tail + need > data.length) {
      grow(need);
    }
    int at = tail;
    tail += need;
    Bytes.put32(data, at, length);
    Bytes.put32(data, at + ORIGIN, origin);
    Bytes.put64(data, at + TIME, time);
    Bytes.put32(data, at + DIRECTION, direction);
    Bytes.put32(data, at + REASON, NONE);
    Bytes.put32(data, at + PREVIOUS, last);
    last = at;
    return at + HEAD;
  }

  @Override
  public byte[] buffer() {
    return data;
  }

  private void grow(int need) {
    if (tail + need > CAPACITY) {
      flush();
      last = NONE;
    }
    if (tail + need > data.length) {
      int wanted = Math.max(tail + need, Math.min(CAPACITY, data.length * 2));
      byte[] larger = new byte[wanted];
      System.arraycopy(data, 0, larger, 0, tail);
      data = larger;
    }
  }

  boolean isEmpty() {
    return tail == 0;
  }

  /** Hands all records out, in the order in which they came; marks of before are void. */
  void flush() {
    for (int at = 0; at < tail; ) {
      int length = Bytes.i32(data, at);
      int reason = Bytes.i32(data, at + REASON);
      reader.frame(
          Bytes.i32(data, at + ORIGIN),
          Bytes.i64(data, at + TIME),
          data,
          at + HEAD,
          length,
          Bytes.i32(data, at + DIRECTION),
          reason == NONE ? null : REASONS[reason]);
      at += HEAD + length;
    }
    tail = 0;
    turn = turn == Integer.MAX_VALUE ? 1 : turn + 1;
  }
}
