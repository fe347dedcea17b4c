package dev.patchbay.stack.tcp;

/**
 * What is in flight: one record per packet sent, in order, with its fate (RFC 6675's scoreboard)
 * and when it was last sent. Flat arrays used as a ring; a record is split where a SACK or a
 * retransmission covers a part of it. The payload itself stays in the {@link SendBuffer}.
 */
final class Scoreboard {
  /** The peer has it, out of order. */
  static final byte SACKED = 1;

  /** Believed to be lost. */
  static final byte LOST = 2;

  /** A retransmission of it is in flight. */
  static final byte RETRANSMITTED = 4;

  /** It was sent more than once: no round-trip sample (Karn). */
  static final byte REPEATED = 8;

  /** RFC 6675: "the number of duplicate acknowledgments required to trigger a retransmission". */
  static final int DUP_THRESH = 3;

  /**
   * Records above which no SACK splits any more and new packets join the last: a peer that reports
   * single bytes, or wants segments of some bytes, must not cost memory and time.
   */
  static final int MAX_RECORDS = 8192;

  private int[] start = new int[8];
  private int[] end = new int[8];
  private byte[] flags = new byte[8];
  private long[] sentAt = new long[8];
  private int head;
  private int count;
  private int sackedBytes;
  private int lostBytes;
  private int retransmittedBytes;

  /** Below it nothing is lost that was not sent again; meaningful where something is lost. */
  private int lowestLost;

  int count() {
    return count;
  }

  private int slot(int i) {
    return head + i & start.length - 1;
  }

  int start(int i) {
    return start[slot(i)];
  }

  int end(int i) {
    return end[slot(i)];
  }

  int flags(int i) {
    return flags[slot(i)];
  }

  long sentAt(int i) {
    return sentAt[slot(i)];
  }

  int sackedBytes() {
    return sackedBytes;
  }

  int lostBytes() {
    return lostBytes;
  }

  int retransmittedBytes() {
    return retransmittedBytes;
  }

  /** Records a packet sent for the first time. */
  void add(int from, int to, long now) {
    int last = slot(count - 1);
    if (count >= MAX_RECORDS && (flags[last] & ~REPEATED) == 0) {
      // of a peer that wants tiny segments: the two share their fate, and tell no time
      end[last] = to;
      flags[last] |= REPEATED;
      sentAt[last] = now;
      return;
    }
    if (count == start.length) {
      grow();
    }
    int at = slot(count);
    start[at] = from;
    end[at] = to;
    flags[at] = 0;
    sentAt[at] = now;
    count++;
  }

  private void grow() {
    int capacity = start.length;
    int[] newStart = new int[capacity * 2];
    int[] newEnd = new int[capacity * 2];
    byte[] newFlags = new byte[capacity * 2];
    long[] newSentAt = new long[capacity * 2];
    for (int i = 0; i < count; i++) {
      int at = slot(i);
      newStart[i] = start[at];
      newEnd[i] = end[at];
      newFlags[i] = flags[at];
      newSentAt[i] = sentAt[at];
    }
    start = newStart;
    end = newEnd;
    flags = newFlags;
    sentAt = newSentAt;
    head = 0;
  }

  /** The record in which {@code sequence} lies: the first that ends after it, or {@link #count}. */
  int find(int sequence) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = low + high >>> 1;
      if (end(middle) - sequence > 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Splits record {@code i} so that it ends at {@code sequence}, which lies within it. */
  void split(int i, int sequence) {
    if (count == start.length) {
      grow();
    }
    for (int j = count; j > i; j--) {
      copy(slot(j - 1), slot(j));
    }
    end[slot(i)] = sequence;
    start[slot(i + 1)] = sequence;
    count++;
  }

  private void clearFlags(int at) {
    int length = end[at] - start[at];
    byte f = flags[at];
    if ((f & SACKED) != 0) {
      sackedBytes -= length;
    }
    if ((f & LOST) != 0) {
      lostBytes -= length;
    }
    if ((f & RETRANSMITTED) != 0) {
      retransmittedBytes -= length;
    }
    flags[at] = (byte) (f & REPEATED);
  }

  /** Forgets all before {@code una} and tells {@code d} of what is news in it. */
  void acknowledge(int una, Delivery d) {
    while (count > 0 && end[head] - una <= 0) {
      // one that was selectively acknowledged earlier says nothing about the time of this ACK
      if ((flags[head] & SACKED) == 0) {
        deliver(head, end[head], end[head] - start[head], d);
      }
      clearFlags(head);
      head = head + 1 & start.length - 1;
      count--;
    }
    if (count > 0 && start[head] - una < 0) {
      int cut = una - start[head];
      byte f = flags[head];
      if ((f & SACKED) == 0) {
        deliver(head, una, cut, d);
      }
      sackedBytes -= (f & SACKED) != 0 ? cut : 0;
      lostBytes -= (f & LOST) != 0 ? cut : 0;
      retransmittedBytes -= (f & RETRANSMITTED) != 0 ? cut : 0;
      start[head] = una;
    }
  }

  private void deliver(int at, int to, int length, Delivery d) {
    d.add(to, length, sentAt[at], (flags[at] & REPEATED) != 0);
  }

  /** Marks a block as held by the peer and tells {@code d} of what is news in it. */
  void sack(int from, int to, Delivery d) {
    int first = find(from);
    boolean news = false;
    int i = first;
    for (; i < count && start(i) - to < 0; i++) {
      if ((flags(i) & SACKED) != 0) {
        continue;
      }
      boolean cut = start(i) - from < 0 || end(i) - to > 0;
      if (cut && count >= MAX_RECORDS) {
        // as if the block had been lost: the peer repeats it, or we send once too often
        continue;
      }
      if (start(i) - from < 0) {
        split(i, from);
        continue;
      }
      if (end(i) - to > 0) {
        split(i, to);
      }
      int at = slot(i);
      int length = end[at] - start[at];
      deliver(at, end[at], length, d);
      clearFlags(at);
      flags[at] |= SACKED;
      sackedBytes += length;
      news = true;
    }
    if (news) {
      joinHeld(first, i);
    }
  }

  /**
   * Joins what the peer holds side by side, from record {@code first} on: records are then as few
   * as the holes. One pass, that ends where nothing was joined before {@code end}.
   */
  private void joinHeld(int first, int last) {
    int kept = Math.max(first - 1, 0);
    for (int i = kept + 1; i < count; i++) {
      int at = slot(i);
      int before = slot(kept);
      if ((flags[at] & flags[before] & SACKED) != 0) {
        end[before] = end[at];
        flags[before] |= flags[at];
      } else if (++kept != i) {
        copy(at, slot(kept));
      } else if (i > last) {
        return;
      }
    }
    count = Math.min(count, kept + 1);
  }

  private void copy(int from, int to) {
    start[to] = start[from];
    end[to] = end[from];
    flags[to] = flags[from];
    sentAt[to] = sentAt[from];
  }

  /** Marks record {@code i} as lost. */
  void markLost(int i) {
    int at = slot(i);
    if ((flags[at] & (LOST | SACKED)) == 0) {
      flags[at] |= LOST;
      lostBytes += end[at] - start[at];
    }
    if (lowestLost - start[at] > 0 || lostBytes == end[at] - start[at]) {
      lowestLost = start[at];
    }
  }

  /** Marks record {@code i} as lost, its retransmission too if one is in flight. */
  void markLostAgain(int i) {
    int at = slot(i);
    if ((flags[at] & RETRANSMITTED) != 0) {
      retransmittedBytes -= end[at] - start[at];
      flags[at] &= ~RETRANSMITTED;
    }
    markLost(i);
  }

  /** Nothing is lost: what was marked was only late. */
  void forgetLosses() {
    for (int i = 0; i < count; i++) {
      flags[slot(i)] &= ~LOST;
    }
    lostBytes = 0;
  }

  /** Marks the first {@code bytes} bytes as lost, splitting where needed. */
  void markHeadLost(int bytes) {
    if (count == 0) {
      return;
    }
    if (end(0) - start(0) > bytes && (flags(0) & (LOST | SACKED)) == 0) {
      split(0, start(0) + bytes);
    }
    markLost(0);
  }

  /**
   * After a time-out without RACK: nothing that was retransmitted is in flight any more, all that
   * the peer does not hold is lost.
   */
  void markAllLost() {
    for (int i = 0; i < count; i++) {
      if ((flags(i) & SACKED) == 0) {
        markLostAgain(i);
      }
    }
  }

  /**
   * Marks as lost what is longer than {@code mss} allows since the path MTU fell, to be cut anew.
   */
  boolean markTooLong(int mss) {
    boolean marked = false;
    for (int i = 0; i < count; i++) {
      int at = slot(i);
      if (end[at] - start[at] > mss && (flags[at] & SACKED) == 0) {
        markLostAgain(i);
        marked = true;
      }
    }
    return marked;
  }

  /**
   * The peer went back on its word (RFC 2018 section 8): forgets all that was selectively
   * acknowledged.
   */
  void forgetSacks() {
    for (int i = 0; i < count; i++) {
      int at = slot(i);
      if ((flags[at] & SACKED) != 0) {
        clearFlags(at);
      }
    }
  }

  /** NextSeg rule 1: the first lost record that was not sent again, or -1. */
  int nextLost() {
    if (lostBytes == 0) {
      return -1;
    }
    for (int i = find(lowestLost); i < count; i++) {
      if ((flags(i) & (LOST | RETRANSMITTED)) == LOST) {
        lowestLost = start(i);
        return i;
      }
    }
    return -1;
  }

  /** Record {@code i} is being sent again. */
  void retransmitted(int i, long now) {
    int at = slot(i);
    if ((flags[at] & RETRANSMITTED) == 0) {
      retransmittedBytes += end[at] - start[at];
    }
    flags[at] |= RETRANSMITTED | REPEATED;
    sentAt[at] = now;
  }
}
