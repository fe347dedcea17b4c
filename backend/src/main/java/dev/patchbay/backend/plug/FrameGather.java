package dev.patchbay.backend.plug;

import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketQueue;
import dev.patchbay.stack.wire.Bytes;
import java.util.Arrays;

/**
 * The frames that wait to go to the guest: finished ones in one array in stream framing (length,
 * frame, zero bytes up to 60), and behind it the packets for which the array has no room, bounded
 * by the memory that they pin. In order.
 *
 * <p>A stream plug sends ranges of the array ({@link #sent} may end within a frame), the others
 * frame by frame ({@link #firstFrame}, {@link #dropFirst}).
 */
final class FrameGather implements Segmenter.FrameSink {
  /**
   * Ethernet's least frame without FCS (IEEE 802.3 clause 3.2.7): virtual cards do not all pad by
   * themselves.
   */
  static final int MIN_FRAME = 60;

  /** Memory in bytes that queued packets may pin. */
  static final long QUEUE_LIMIT = 2 << 20;

  private static final int PREFIX = 4;
  private static final int TAG = 4;

  private final byte[] data;
  private final PacketQueue queue = new PacketQueue();
  private int head;
  private int tail;

  /** Start of the first frame of which nothing was sent, or the tail. */
  private int boundary;

  /** Frames from the boundary on. */
  private int frames;

  private long refused;

  /**
   * @param capacity bytes of the array, enough for a packet of 64 KiB in segments
   */
  FrameGather(int capacity) {
    data = new byte[capacity];
  }

  /** Takes the packet. Returns whether there was room; else it is dropped as PORT_BACKLOG. */
  boolean add(Packet packet) {
    if (queue.isEmpty() && makeRoom(worstCase(packet))) {
      refused += Segmenter.write(packet, this);
      packet.release();
      return true;
    }
    if (queue.charge() + packet.charge() > QUEUE_LIMIT) {
      packet.drop(DropReason.PORT_BACKLOG);
      return false;
    }
    queue.add(packet);
    return true;
  }

  /** Writes queued packets into the array as far as they fit. */
  void refill() {
    for (Packet packet = queue.peek();
        packet != null && makeRoom(worstCase(packet));
        packet = queue.peek()) {
      queue.poll();
      refused += Segmenter.write(packet, this);
      packet.release();
    }
  }

  /** Copies a finished frame in. Returns false where there is no room. */
  boolean addFrame(byte[] from, int offset, int length) {
    if (!queue.isEmpty() || !makeRoom(PREFIX + Math.max(length, MIN_FRAME))) {
      return false;
    }
    System.arraycopy(from, offset, data, reserve(length), length);
    return true;
  }

  /**
   * Bytes that the packet's frames need at most; what exceeds the whole array is written as far as
   * it goes.
   */
  private int worstCase(Packet packet) {
    int need = PREFIX + MIN_FRAME + TAG + packet.length();
    if (packet.gsoType != Packet.GSO_NONE && packet.gsoSize > 0) {
      int headers = packet.l4 - packet.head + packet.tcp().headerLength();
      int segments = Math.ceilDiv(packet.length(), packet.gsoSize);
      need += segments * (Math.max(headers, MIN_FRAME) + TAG + PREFIX);
    }
    return Math.min(need, data.length);
  }

  private boolean makeRoom(int need) {
    if (need <= data.length - tail) {
      return true;
    }
    if (need > data.length - (tail - head)) {
      return false;
    }
    System.arraycopy(data, head, data, 0, tail - head);
    tail -= head;
    boundary -= head;
    head = 0;
    return true;
  }

  @Override
  public int reserve(int length) {
    int padded = Math.max(length, MIN_FRAME);
    int at = tail + PREFIX;
    if (padded > data.length - at) {
      return -1;
    }
    Bytes.put32(data, tail, padded);
    if (padded > length) {
      Arrays.fill(data, at + length, at + padded, (byte) 0);
    }
    tail = at + padded;
    frames++;
    return at;
  }

  @Override
  public byte[] buffer() {
    return data;
  }

  /** Whether nothing waits, the packets behind the array included. */
  boolean isEmpty() {
    return head == tail && queue.isEmpty();
  }

  /** Offset of the first byte to be sent. */
  int head() {
    return head;
  }

  /** Bytes in the array. */
  int length() {
    return tail - head;
  }

  /** Frames in the array of which nothing was sent. */
  int frames() {
    return frames;
  }

  /**
   * Bytes from the head to the end of the {@code limit}-th unsent frame; the rest of a begun frame
   * counts for none.
   */
  int lengthOf(int limit) {
    if (frames <= limit) {
      return tail - head;
    }
    int at = boundary;
    for (int i = 0; i < limit; i++) {
      at += PREFIX + Bytes.i32(data, at);
    }
    return at - head;
  }

  /**
   * Says that {@code count} bytes from the head were sent; returns how many frames were begun with
   * them.
   */
  int sent(int count) {
    head += count;
    int begun = 0;
    while (boundary < head) {
      boundary += PREFIX + Bytes.i32(data, boundary);
      begun++;
    }
    frames -= begun;
    if (head == tail) {
      head = 0;
      tail = 0;
      boundary = 0;
    }
    return begun;
  }

  /** Offset of the {@code frame} that begins at the head; only where no frame was sent in part. */
  int firstFrame() {
    return head + PREFIX;
  }

  /** Length in bytes of the frame whose bytes begin at {@code at}. */
  int frameLength(int at) {
    return Bytes.i32(data, at - PREFIX);
  }

  /** Takes the first frame away. */
  void dropFirst() {
    sent(PREFIX + frameLength(firstFrame()));
  }

  /**
   * Frames for which the array had no room although their packet seemed to fit; reading sets it to
   * 0.
   */
  long takeRefused() {
    long value = refused;
    refused = 0;
    return value;
  }

  /** Forgets all; queued packets are dropped for {@code reason}. */
  void clear(DropReason reason) {
    head = 0;
    tail = 0;
    boundary = 0;
    frames = 0;
    queue.clear(reason);
  }
}
