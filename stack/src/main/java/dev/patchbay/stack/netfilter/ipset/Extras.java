package dev.patchbay.stack.netfilter.ipset;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What members carry beside their keys, by the places that they have in their set ({@code
 * ip_set_ext}). What the set does not have takes no memory.
 */
final class Extras {
  private static final long NANOS = 1_000_000_000;

  /** A time that never comes. */
  static final long NEVER = Long.MAX_VALUE;

  private static final long[] NO_LONGS = {};
  private static final int[] NO_INTS = {};

  private final SetOptions options;
  private long[] expires = NO_LONGS;
  private long[] packets = NO_LONGS;
  private long[] bytes = NO_LONGS;
  private int[] mark = NO_INTS;
  private int[] markMask = NO_INTS;
  private int[] priority = NO_INTS;
  private int[] queue = NO_INTS;
  private @Nullable String[] comments = {};

  Extras(SetOptions options) {
    this.options = options;
  }

  /** Makes room for that many places. */
  void grow(int capacity) {
    if (options.timeout != SetOptions.NO_TIMEOUT && capacity > expires.length) {
      expires = Arrays.copyOf(expires, capacity);
    }
    if (options.counters && capacity > packets.length) {
      packets = Arrays.copyOf(packets, capacity);
      bytes = Arrays.copyOf(bytes, capacity);
    }
    if (options.skbInfo && capacity > mark.length) {
      mark = Arrays.copyOf(mark, capacity);
      markMask = Arrays.copyOf(markMask, capacity);
      priority = Arrays.copyOf(priority, capacity);
      queue = Arrays.copyOf(queue, capacity);
    }
    if (options.comments && capacity > comments.length) {
      comments = Arrays.copyOf(comments, capacity);
    }
  }

  /** Nobody has anything any more: gives memory back. */
  void clear() {
    expires = NO_LONGS;
    packets = NO_LONGS;
    bytes = NO_LONGS;
    mark = NO_INTS;
    markMask = NO_INTS;
    priority = NO_INTS;
    queue = NO_INTS;
    comments = new @Nullable String[0];
  }

  /** Bytes that it takes. */
  long memory() {
    long longs = (long) expires.length + packets.length + bytes.length + comments.length;
    return 8 * longs + 4L * (mark.length + markMask.length + priority.length + queue.length);
  }

  /** Bytes for each place. */
  int bytesEach() {
    int count = options.timeout == SetOptions.NO_TIMEOUT ? 0 : 8;
    count += options.counters ? 16 : 0;
    count += options.skbInfo ? 16 : 0;
    return count + (options.comments ? 8 : 0);
  }

  /** What is said that the set does not have ({@code ip_set_get_extensions}); null for nothing. */
  @Nullable Outcome lacks(Element e) {
    if (e.timeout != SetOptions.NO_TIMEOUT && options.timeout == SetOptions.NO_TIMEOUT) {
      return Outcome.NO_TIMEOUT;
    }
    if ((e.packets != Element.NO_COUNT || e.bytes != Element.NO_COUNT) && !options.counters) {
      return Outcome.NO_COUNTERS;
    }
    if (e.comment != null && !options.comments) {
      return Outcome.NO_COMMENT;
    }
    return e.hasSkbInfo && !options.skbInfo ? Outcome.NO_SKBINFO : null;
  }

  /** Whether time-outs are there at all. */
  boolean hasTimeouts() {
    return options.timeout != SetOptions.NO_TIMEOUT;
  }

  /** When its time is over, ns of the loop's clock; {@link #NEVER} for not at all. */
  long expiry(int place) {
    return hasTimeouts() ? expires[place] : NEVER;
  }

  /** Whether its time is over; {@code now} is ns of the loop's clock. */
  boolean isOver(int place, long now) {
    return options.timeout != SetOptions.NO_TIMEOUT && now > expires[place];
  }

  /** A place that was another member's begins anew. */
  void begin(int place) {
    if (options.counters) {
      packets[place] = 0;
      bytes[place] = 0;
    }
  }

  /** Takes what was said; counters stay where nothing was said of them. */
  void set(int place, Element e, long now) {
    if (options.counters) {
      packets[place] = e.packets == Element.NO_COUNT ? packets[place] : e.packets;
      bytes[place] = e.bytes == Element.NO_COUNT ? bytes[place] : e.bytes;
    }
    if (options.comments) {
      String comment = e.comment;
      comments[place] = comment == null || comment.isEmpty() ? null : comment;
    }
    if (options.skbInfo) {
      mark[place] = e.mark;
      markMask[place] = e.markMask;
      priority[place] = e.priority;
      queue[place] = e.queue;
    }
    if (options.timeout != SetOptions.NO_TIMEOUT) {
      long seconds = e.timeout == SetOptions.NO_TIMEOUT ? options.timeout : e.timeout;
      expires[place] = seconds == 0 ? NEVER : now + seconds * NANOS;
    }
  }

  /** Lets go of what a member had that has gone. */
  void forget(int place) {
    if (options.comments) {
      comments[place] = null;
    }
  }

  /** Tells of a member. */
  void show(int place, Element e, long now) {
    if (options.counters) {
      e.packets = packets[place];
      e.bytes = bytes[place];
    }
    e.comment = options.comments ? comments[place] : null;
    if (options.skbInfo) {
      e.hasSkbInfo = true;
      e.mark = mark[place];
      e.markMask = markMask[place];
      e.priority = priority[place];
      e.queue = queue[place];
    }
    if (options.timeout != SetOptions.NO_TIMEOUT) {
      // one whose last second runs has still one, since 0 is for ever
      long left = expires[place] - now;
      e.timeout = expires[place] == NEVER ? 0 : Math.max(1, left / NANOS);
    }
  }

  /**
   * Counts a packet and says whether the member is one that the query wants ({@code
   * ip_set_match_extensions}).
   */
  boolean meets(int place, PacketQuery query, int length, boolean counts, long now) {
    if (isOver(place, now)) {
      return false;
    }
    if (options.counters) {
      if (counts) {
        packets[place]++;
        bytes[place] += length;
      }
      if (!query.wants(packets[place], bytes[place])) {
        return false;
      }
    }
    if (options.skbInfo) {
      query.mark = mark[place];
      query.markMask = markMask[place];
      query.priority = priority[place];
    }
    return true;
  }
}
