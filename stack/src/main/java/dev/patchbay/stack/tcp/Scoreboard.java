package dev.patchbay.stack.tcp;

/**
 * What is in flight: one record per packet sent, in order, with its fate (RFC 6675's scoreboard)
 * and when it was last sent. A flat array used as a ring; a record is split where a SACK or a
 * retransmission covers a part of it. The payload itself stays in the {@link SendBuffer}.
 */
final class Scoreboard {
  /** The peer has it, out of order. */
  static final int SACKED = 1;

  /** Believed to be lost. */
  static final int LOST = 2;

  /** A retransmission of it is in flight. */
  static final int RETRANSMITTED = 4;

  /** It was sent more than once: no round-trip sample (Karn). */
  static final int REPEATED = 8;

  /** RFC 6675: "the number of duplicate acknowledgments required to trigger a retransmission". */
  static final int DUP_THRESH = 3;

  /**
   * Records above which no SACK splits any more and new packets join the last: a peer that reports
   * single bytes, or wants segments of some bytes, must not cost memory and time.
   */
  static final int MAX_RECORDS = 8192;

  /** Records of an array that is made for the first packet. */
  private static final int INITIAL = 4;

  /** Words of a record; a power of two, so that the ring is. */
  private static final int WORDS = 4;

  private static final long[] NONE = {};
  private static final int FLAG_BITS = 4;
  private static final int FLAG_MASK = (1 << FLAG_BITS) - 1;

  /**
   * Four words a record, side by side: its first sequence number and its end; when it was last
   * sent, ns, and in the lowest bits its flags; two of {@link DeliveryRate}.
   */
  private long[] records = NONE;

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

  /** Where record {@code i} is. */
  private int slot(int i) {
    return head + WORDS * i & records.length - 1;
  }

  private int startAt(int at) {
    return (int) (records[at] >>> 32);
  }

  private int endAt(int at) {
    return (int) records[at];
  }

  private int lengthAt(int at) {
    return endAt(at) - startAt(at);
  }

  private int flagsAt(int at) {
    return (int) records[at + 1] & FLAG_MASK;
  }

  private void range(int at, int from, int to) {
    records[at] = (long) from << 32 | to & 0xffff_ffffL;
  }

  private void set(int at, int flags) {
    records[at + 1] |= flags;
  }

  private void clear(int at, int flags) {
    records[at + 1] &= ~(long) flags;
  }

  private void sent(int at, long time) {
    records[at + 1] = time << FLAG_BITS | flagsAt(at);
  }

  int start(int i) {
    return startAt(slot(i));
  }

  int end(int i) {
    return endAt(slot(i));
  }

  int flags(int i) {
    return flagsAt(slot(i));
  }

  long sentAt(int i) {
    return records[slot(i) + 1] >> FLAG_BITS;
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
    if (count >= MAX_RECORDS && (flagsAt(last) & ~REPEATED) == 0) {
      // of a peer that wants tiny segments: the two share their fate, and tell no time
      range(last, startAt(last), to);
      set(last, REPEATED);
      sent(last, now);
      return;
    }
    if (WORDS * count == records.length) {
      grow();
    }
    int at = slot(count);
    range(at, from, to);
    records[at + 1] = now << FLAG_BITS;
    count++;
  }

  /** Notes for {@link DeliveryRate} what held when record {@code i} was sent. */
  void stamp(int i, long times, long stamp) {
    int at = slot(i);
    records[at + 2] = times;
    records[at + 3] = stamp;
  }

  private void grow() {
    long[] more = new long[Math.max(WORDS * INITIAL, records.length * 2)];
    int early = records.length - head;
    System.arraycopy(records, head, more, 0, early);
    System.arraycopy(records, 0, more, early, head);
    records = more;
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
    if (WORDS * count == records.length) {
      grow();
    }
    for (int j = count; j > i; j--) {
      copy(slot(j - 1), slot(j));
    }
    range(slot(i), start(i), sequence);
    range(slot(i + 1), sequence, end(i + 1));
    count++;
  }

  private void clearFlags(int at) {
    int length = lengthAt(at);
    int f = flagsAt(at);
    if ((f & SACKED) != 0) {
      sackedBytes -= length;
    }
    if ((f & LOST) != 0) {
      lostBytes -= length;
    }
    if ((f & RETRANSMITTED) != 0) {
      retransmittedBytes -= length;
    }
    clear(at, ~REPEATED & FLAG_MASK);
  }

  /** Forgets all before {@code una} and tells {@code d} of what is news in it. */
  void acknowledge(int una, Delivery d) {
    while (count > 0 && endAt(head) - una <= 0) {
      // one that was selectively acknowledged earlier says nothing about the time of this ACK
      if ((flagsAt(head) & SACKED) == 0) {
        deliver(head, endAt(head), lengthAt(head), d);
      }
      clearFlags(head);
      head = head + WORDS & records.length - 1;
      count--;
    }
    if (count > 0 && startAt(head) - una < 0) {
      int cut = una - startAt(head);
      int f = flagsAt(head);
      if ((f & SACKED) == 0) {
        deliver(head, una, cut, d);
      }
      sackedBytes -= (f & SACKED) != 0 ? cut : 0;
      lostBytes -= (f & LOST) != 0 ? cut : 0;
      retransmittedBytes -= (f & RETRANSMITTED) != 0 ? cut : 0;
      range(head, una, endAt(head));
    }
  }

  private void deliver(int at, int to, int length, Delivery d) {
    long sentAt = records[at + 1] >> FLAG_BITS;
    boolean again = (flagsAt(at) & REPEATED) != 0;
    d.add(to, length, sentAt, again, records[at + 2], records[at + 3]);
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
      int length = lengthAt(at);
      deliver(at, endAt(at), length, d);
      clearFlags(at);
      set(at, SACKED);
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
      if ((flagsAt(at) & flagsAt(before) & SACKED) != 0) {
        range(before, startAt(before), endAt(at));
        set(before, flagsAt(at));
      } else if (++kept != i) {
        copy(at, slot(kept));
      } else if (i > last) {
        return;
      }
    }
    count = Math.min(count, kept + 1);
  }

  private void copy(int from, int to) {
    records[to] = records[from];
    records[to + 1] = records[from + 1];
    records[to + 2] = records[from + 2];
    records[to + 3] = records[from + 3];
  }

  /** Marks record {@code i} as lost. */
  void markLost(int i) {
    int at = slot(i);
    if ((flagsAt(at) & (LOST | SACKED)) == 0) {
      set(at, LOST);
      lostBytes += lengthAt(at);
    }
    if (lowestLost - startAt(at) > 0 || lostBytes == lengthAt(at)) {
      lowestLost = startAt(at);
    }
  }

  /** Marks record {@code i} as lost, its retransmission too if one is in flight. */
  void markLostAgain(int i) {
    int at = slot(i);
    if ((flagsAt(at) & RETRANSMITTED) != 0) {
      retransmittedBytes -= lengthAt(at);
      clear(at, RETRANSMITTED);
    }
    markLost(i);
  }

  /** Nothing is lost: what was marked was only late. */
  void forgetLosses() {
    for (int i = 0; i < count; i++) {
      clear(slot(i), LOST);
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
      if (lengthAt(at) > mss && (flagsAt(at) & SACKED) == 0) {
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
      if ((flagsAt(at) & SACKED) != 0) {
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
    if ((flagsAt(at) & RETRANSMITTED) == 0) {
      retransmittedBytes += lengthAt(at);
    }
    set(at, RETRANSMITTED | REPEATED);
    sent(at, now);
  }
}
