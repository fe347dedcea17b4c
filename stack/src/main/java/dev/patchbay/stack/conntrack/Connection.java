package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * One conversation (Linux: {@code nf_conn}). All in one object, and what few have in {@link
 * Extras}, so that a million cost 300 bytes each. Of its loop's thread.
 */
public final class Connection {
  /** The direction of the first packet. */
  public static final int ORIGINAL = 0;

  /** The direction of the answers. */
  public static final int REPLY = 1;

  /** Bits of {@link #status}, with Linux's values ({@code enum ip_conntrack_status}). */
  public static final int EXPECTED = 1;

  /** There was an answer. */
  public static final int SEEN_REPLY = 1 << 1;

  /** Not to be given up early: seen both ways for a while. */
  public static final int ASSURED = 1 << 2;

  /** In the table. */
  public static final int CONFIRMED = 1 << 3;

  /** Its source, or destination, is translated. */
  public static final int SRC_NAT = 1 << 4;

  public static final int DST_NAT = 1 << 5;

  /** A helper has changed lengths, so sequence numbers are moved. */
  public static final int SEQ_ADJUST = 1 << 6;

  /** It is settled how its source, or destination, is translated. */
  public static final int SRC_NAT_DONE = 1 << 7;

  public static final int DST_NAT_DONE = 1 << 8;

  /** No longer in the table. */
  public static final int DYING = 1 << 9;

  /** Its time-out is not renewed. */
  public static final int FIXED_TIMEOUT = 1 << 10;

  /** A rule has said which helper it has. */
  public static final int HELPER = 1 << 13;

  // the tuples; those who look for one read them in one go
  long srcHi;
  long srcLo;
  long dstHi;
  long dstLo;
  long replySrcHi;
  long replySrcLo;
  long replyDstHi;
  long replyDstLo;

  /** {@code source << 16 | destination} of each direction. */
  int ports;

  int replyPorts;

  byte protocol;

  /** The zone, 0 to 65535, and the directions in which it counts: bit 0 original, bit 1 reply. */
  char zone;

  byte zoneDirections;

  /** Bits of the constants above. */
  public int status;

  /** {@code connmark}. */
  public int mark;

  /** Not Linux's: of a packet that nobody has sent, and in no list. */
  public static final int DESCRIBED = 1 << 30;

  /** Unique for the time that it lives ({@code nf_ct_get_id}). */
  public final int id;

  /** ns of the loop's clock at which it ends; before it is confirmed, ns from then. */
  long deadline;

  /** The rest of what its protocol remembers; null for those that remember nothing. */
  @Nullable TcpState tcp;

  /** UDP: ns of the loop's clock from which on it is a stream. */
  long streamFrom;

  @Nullable Extras extras;

  // the place in the wheel of its end
  @Nullable Connection previous;
  @Nullable Connection next;
  int slot = -1;

  /** Links of the list of those with the same source; of package {@code nat}. */
  public @Nullable Connection sameSourcePrevious;

  public @Nullable Connection sameSourceNext;

  Connection(int id) {
    this.id = id;
  }

  /** Its protocol above IP. */
  public int protocol() {
    return protocol & 0xff;
  }

  /** Whether it is of IPv4. */
  public boolean isV4() {
    return Addresses.isV4(srcHi, srcLo);
  }

  /** Writes the tuple of a direction into {@code to}. */
  public Tuple tuple(int direction, Tuple to) {
    to.protocol = protocol & 0xff;
    if (direction == ORIGINAL) {
      to.srcHi = srcHi;
      to.srcLo = srcLo;
      to.dstHi = dstHi;
      to.dstLo = dstLo;
      to.source = ports >>> 16;
      to.destination = ports & 0xffff;
    } else {
      to.srcHi = replySrcHi;
      to.srcLo = replySrcLo;
      to.dstHi = replyDstHi;
      to.dstLo = replyDstLo;
      to.source = replyPorts >>> 16;
      to.destination = replyPorts & 0xffff;
    }
    return to;
  }

  void original(Tuple tuple) {
    srcHi = tuple.srcHi;
    srcLo = tuple.srcLo;
    dstHi = tuple.dstHi;
    dstLo = tuple.dstLo;
    ports = tuple.source << 16 | tuple.destination;
    protocol = (byte) tuple.protocol;
  }

  /** What answers will have; only before it is confirmed ({@code nf_conntrack_alter_reply}). */
  public void reply(Tuple tuple) {
    replySrcHi = tuple.srcHi;
    replySrcLo = tuple.srcLo;
    replyDstHi = tuple.dstHi;
    replyDstLo = tuple.dstLo;
    replyPorts = tuple.source << 16 | tuple.destination;
  }

  /** Whether a direction has that tuple in that zone. */
  boolean is(int direction, Tuple t, int inZone) {
    boolean same =
        direction == ORIGINAL
            ? t.srcLo == srcLo
                && t.dstLo == dstLo
                && t.srcHi == srcHi
                && t.dstHi == dstHi
                && ports == (t.source << 16 | t.destination)
            : t.srcLo == replySrcLo
                && t.dstLo == replyDstLo
                && t.srcHi == replySrcHi
                && t.dstHi == replyDstHi
                && replyPorts == (t.source << 16 | t.destination);
    return same && t.protocol == (protocol & 0xff) && zone(direction) == inZone;
  }

  /** The zone in which a direction's tuple is unique ({@code nf_ct_zone_id}). */
  public int zone(int direction) {
    return (zoneDirections >> direction & 1) != 0 ? zone : 0;
  }

  /** The zone, whatever the directions. */
  public int zone() {
    return zone;
  }

  /** Whether all bits are set. */
  public boolean has(int bits) {
    return (status & bits) == bits;
  }

  /** What TCP remembers of it, or null. */
  public @Nullable TcpState tcp() {
    return tcp;
  }

  /** What few connections have, or null. */
  public @Nullable Extras extras() {
    return extras;
  }

  /** The same, made where it is not there. */
  public Extras needExtras() {
    Extras there = extras;
    if (there == null) {
      there = new Extras();
      extras = there;
    }
    return there;
  }

  /** ns that are left to it, 0 at least. */
  public long left(long now) {
    return has(CONFIRMED) ? Math.max(0, deadline - now) : deadline;
  }

  /** Whether its time is over. */
  boolean isExpired(long now) {
    return has(CONFIRMED) && deadline - now <= 0;
  }
}
