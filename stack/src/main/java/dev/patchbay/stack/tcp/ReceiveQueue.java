package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/**
 * What came and was not read: packets in order, as they are, and those that came too early, sorted
 * by sequence number without overlap (of overlapping content the first bytes win). In both, {@code
 * [head, tail)} of a packet is payload and {@code [sequence, endSequence)} its place in the stream.
 * Small segments move into the free space of the packet before them, so that the memory pinned
 * stays below about twice the payload.
 */
final class ReceiveQueue {
  /** Longest payload that is copied to save a packet; longer ones only where memory runs short. */
  private static final int COPY_LIMIT = 4096;

  /** SACK blocks kept; 3 fit beside timestamps (RFC 2018 section 3). */
  static final int MAX_BLOCKS = 4;

  private static final int[] NO_BLOCKS = {};

  private @Nullable Packet first;
  private @Nullable Packet last;
  private @Nullable Packet earlyFirst;
  private @Nullable Packet earlyLast;
  private int bytes;
  private int earlyBytes;
  private long charge;

  /** Made when the first packet comes too early. */
  private int[] blockStart = NO_BLOCKS;

  private int[] blockEnd = NO_BLOCKS;
  private int blocks;

  /** Bytes ready to be read. */
  int bytes() {
    return bytes;
  }

  /** Bytes that wait for others before them. */
  int earlyBytes() {
    return earlyBytes;
  }

  /** Memory pinned by all of it. */
  long charge() {
    return charge;
  }

  boolean hasEarly() {
    return earlyFirst != null;
  }

  @Nullable Packet peek() {
    return first;
  }

  /**
   * Takes a packet that continues the stream. {@code tight}: copy rather than pin another buffer.
   * Tells if it copied.
   */
  boolean append(Packet packet, boolean tight) {
    int length = packet.tail - packet.head;
    bytes += length;
    Packet before = last;
    if (before != null && merge(before, packet, tight)) {
      return true;
    }
    packet.next = null;
    charge += packet.charge();
    if (before == null) {
      first = packet;
    } else {
      before.next = packet;
    }
    last = packet;
    return false;
  }

  /**
   * Moves the payload of {@code packet} behind that of {@code before}, if it fits and is worth it.
   */
  private static boolean merge(Packet before, Packet packet, boolean tight) {
    int length = packet.tail - packet.head;
    if (before.tailroom() < length || length > COPY_LIMIT && !tight) {
      return false;
    }
    System.arraycopy(packet.data, packet.head, before.data, before.tail, length);
    before.tail += length;
    before.endSequence = packet.endSequence;
    packet.release();
    return true;
  }

  /** Takes a packet that came too early and returns how many of its bytes are new. */
  int insertEarly(Packet packet, boolean tight) {
    int from = packet.sequence;
    int to = packet.endSequence;
    Packet before = earlyLast;
    Packet after = null;
    if (before != null && packet.sequence - before.sequence < 0) {
      before = null;
      after = earlyFirst;
      while (after != null && after.sequence - packet.sequence <= 0) {
        before = after;
        after = after.next;
      }
    }
    if (before != null && before.endSequence - packet.sequence > 0) {
      trimFront(packet, before.endSequence);
    }
    if (after != null && packet.endSequence - after.sequence > 0) {
      // what reaches beyond the next one comes again: the first bytes that came for a place stay
      trimBack(packet, after.sequence);
    }
    int length = packet.tail - packet.head;
    if (length <= 0) {
      // the block that has it already is the newest again: it stands behind the D-SACK
      addBlock(from, to);
      packet.drop(DropReason.TCP_OFOMERGE);
      return 0;
    }
    addBlock(packet.sequence, packet.endSequence);
    earlyBytes += length;
    if (before != null && before.endSequence == packet.sequence && merge(before, packet, tight)) {
      return length;
    }
    charge += packet.charge();
    packet.next = after;
    if (before == null) {
      earlyFirst = packet;
    } else {
      before.next = packet;
    }
    if (after == null) {
      earlyLast = packet;
    }
    return length;
  }

  /** Cuts {@code packet} so that it begins at {@code sequence}, at most to nothing. */
  static void trimFront(Packet packet, int sequence) {
    int cut = Math.min(sequence - packet.sequence, packet.tail - packet.head);
    packet.head += cut;
    packet.sequence += cut;
  }

  /** Cuts {@code packet} so that it ends at {@code sequence}, at most to nothing. */
  static void trimBack(Packet packet, int sequence) {
    int cut = Math.min(packet.endSequence - sequence, packet.tail - packet.head);
    packet.tail -= cut;
    packet.endSequence -= cut;
  }

  /** First sequence number of the early packets; meaningful where {@link #hasEarly}. */
  int earlySequence() {
    Packet packet = earlyFirst;
    return packet == null ? 0 : packet.sequence;
  }

  /**
   * Moves what became next in line behind the ready packets and returns the sequence number
   * expected then.
   */
  int promote(int expected, boolean tight) {
    int next = expected;
    Packet packet = earlyFirst;
    while (packet != null && packet.sequence - next <= 0) {
      earlyFirst = packet.next;
      if (earlyFirst == null) {
        earlyLast = null;
      }
      earlyBytes -= packet.tail - packet.head;
      charge -= packet.charge();
      if (packet.endSequence - next <= 0) {
        packet.drop(DropReason.TCP_OFOMERGE);
      } else {
        trimFront(packet, next);
        next = packet.endSequence;
        append(packet, tight);
      }
      packet = earlyFirst;
    }
    int kept = 0;
    for (int i = 0; i < blocks; i++) {
      if (blockStart[i] - next > 0) {
        blockStart[kept] = blockStart[i];
        blockEnd[kept++] = blockEnd[i];
      }
    }
    blocks = kept;
    return next;
  }

  /**
   * Throws away all that came too early; the peer must not count on what was only selectively
   * acknowledged.
   */
  int pruneEarly() {
    int dropped = 0;
    for (Packet packet = earlyFirst; packet != null; packet = earlyFirst) {
      earlyFirst = packet.next;
      charge -= packet.charge();
      packet.drop(DropReason.TCP_OFO_QUEUE_PRUNE);
      dropped++;
    }
    earlyLast = null;
    earlyBytes = 0;
    blocks = 0;
    return dropped;
  }

  /**
   * RFC 2018 section 4: the first block is the one with the segment that triggered this ACK, the
   * others are the most recently reported ones.
   */
  private void addBlock(int start, int end) {
    if (blockStart.length == 0) {
      blockStart = new int[MAX_BLOCKS];
      blockEnd = new int[MAX_BLOCKS];
    }
    int from = start;
    int to = end;
    int kept = 0;
    for (int i = 0; i < blocks; i++) {
      if (blockStart[i] - to <= 0 && from - blockEnd[i] <= 0) {
        from = blockStart[i] - from < 0 ? blockStart[i] : from;
        to = blockEnd[i] - to > 0 ? blockEnd[i] : to;
      } else {
        blockStart[kept] = blockStart[i];
        blockEnd[kept++] = blockEnd[i];
      }
    }
    kept = Math.min(kept, MAX_BLOCKS - 1);
    System.arraycopy(blockStart, 0, blockStart, 1, kept);
    System.arraycopy(blockEnd, 0, blockEnd, 1, kept);
    blockStart[0] = from;
    blockEnd[0] = to;
    blocks = kept + 1;
  }

  /** SACK blocks to report. */
  int blocks() {
    return blocks;
  }

  int blockStart(int i) {
    return blockStart[i];
  }

  int blockEnd(int i) {
    return blockEnd[i];
  }

  /** Copies up to {@code len} bytes out and forgets them. */
  int read(byte[] dst, int off, int len) {
    int done = 0;
    for (Packet packet = first; packet != null && done < len; packet = first) {
      int n = Math.min(len - done, packet.tail - packet.head);
      System.arraycopy(packet.data, packet.head, dst, off + done, n);
      done += n;
      consume(n);
    }
    return done;
  }

  /** Copies up to {@code len} bytes out after the first {@code skip}; all of them stay. */
  int copy(int skip, byte[] dst, int off, int len) {
    int before = skip;
    int done = 0;
    for (Packet packet = first; packet != null && done < len; packet = packet.next) {
      int length = packet.tail - packet.head;
      int n = Math.min(len - done, length - before);
      if (n > 0) {
        System.arraycopy(packet.data, packet.head + before, dst, off + done, n);
        done += n;
        before = 0;
      } else {
        before -= length;
      }
    }
    return done;
  }

  /** Forgets the {@code count} oldest bytes. */
  void consume(int count) {
    int left = count;
    bytes -= count;
    for (Packet packet = first; packet != null && left > 0; packet = first) {
      int n = Math.min(left, packet.tail - packet.head);
      packet.head += n;
      packet.sequence += n;
      left -= n;
      if (packet.head == packet.tail) {
        removeFirst(packet);
      }
    }
  }

  private void removeFirst(Packet packet) {
    first = packet.next;
    if (first == null) {
      last = null;
    }
    charge -= packet.charge();
    packet.release();
  }

  /** Releases all. */
  void clear() {
    for (Packet packet = first; packet != null; packet = first) {
      removeFirst(packet);
    }
    bytes = 0;
    pruneEarly();
  }
}
