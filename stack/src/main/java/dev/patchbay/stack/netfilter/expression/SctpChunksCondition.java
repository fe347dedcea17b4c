package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import java.util.BitSet;

/**
 * An SCTP packet has chunks of some types (RFC 9260 section 3.2; {@code xt_sctp}, {@code
 * match_packet}). A packet that is cut short, or has a chunk of length 0, is dropped. Of the loop's
 * thread; costs a step for each chunk.
 */
public final class SctpChunksCondition extends Condition {
  /** How many of the types there must be. */
  public enum Which {
    /** Each of them. */
    ALL,
    /** One of them. */
    ANY,
    /** No other. */
    ONLY
  }

  /** Bytes of the header before the chunks. */
  private static final int HEADER = 12;

  private static final int CHUNK_HEADER = 4;

  private final Which which;
  private final boolean[] types = new boolean[256];
  private final int[] flagMasks;
  private final int[] flags;
  private final boolean inverted;

  /** Types that were met in the packet at hand; a mark of the packet, so that none is cleared. */
  private final int[] seen = new int[256];

  private final int count;
  private int round;

  /**
   * A condition.
   *
   * @param types of chunks
   * @param flagMasks for each type which flags are asked for, 8 bits
   * @param flags what these must be
   */
  public SctpChunksCondition(
      Which which, BitSet types, int[] flagMasks, int[] flags, boolean inverted) {
    this.which = which;
    types.stream().forEach(type -> this.types[type] = true);
    this.flagMasks = flagMasks.clone();
    this.flags = flags.clone();
    this.inverted = inverted;
    count = types.cardinality();
  }

  @Override
  public boolean holds(PacketFields p) {
    if (!p.hasTransport(HEADER)) {
      return false;
    }
    boolean is = matches(p);
    return !p.hotDrop && is != inverted;
  }

  private boolean matches(PacketFields p) {
    Packet packet = p.packet();
    int at = p.transport + HEADER;
    int met = 0;
    round++;
    do {
      int length = at + CHUNK_HEADER > packet.tail ? 0 : Bytes.u16(packet.data, at + 2);
      if (length == 0) {
        p.hotDrop = true;
        return false;
      }
      int type = Bytes.u8(packet.data, at);
      boolean is = types[type] && (Bytes.u8(packet.data, at + 1) & flagMasks[type]) == flags[type];
      if (is && which == Which.ANY) {
        return true;
      }
      if (!is && which == Which.ONLY) {
        return false;
      }
      if (is && seen[type] != round) {
        seen[type] = round;
        met++;
      }
      at += length + 3 & ~3;
    } while (at < packet.tail);
    return which == Which.ONLY || which == Which.ALL && met == count;
  }
}
