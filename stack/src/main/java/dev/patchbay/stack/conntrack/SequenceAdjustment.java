package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.Tcp;

/**
 * By how much the sequence numbers of a connection are moved, since a helper has written texts of
 * another length into it (Linux: {@code nf_conntrack_seqadj.c}). Of each direction the last change
 * is known: where it stands, and what counts before it and from it on.
 */
public final class SequenceAdjustment {
  private static final int OPTION_END = 0;
  private static final int OPTION_NOP = 1;
  private static final int OPTION_SACK = 5;

  private final int[] position = new int[2];
  private final int[] before = new int[2];
  private final int[] after = new int[2];

  SequenceAdjustment() {}

  /** At {@code sequence} (as its sender counts) a text has grown by {@code by} bytes. */
  void grow(int direction, int sequence, int by) {
    if (before[direction] == after[direction] || position[direction] - sequence < 0) {
      position[direction] = sequence;
      before[direction] = after[direction];
      after[direction] += by;
    }
  }

  /** What is added to a sequence number that its sender counts so. */
  int offset(int direction, int sequence) {
    return sequence - position[direction] > 0 ? after[direction] : before[direction];
  }

  /** What is taken from an acknowledgment of what went in {@code direction}. */
  int acknowledged(int direction, int acknowledgment) {
    return acknowledgment - before[direction] - position[direction] > 0
        ? after[direction]
        : before[direction];
  }

  /**
   * Moves the numbers of a segment ({@code nf_ct_seq_adjust}).
   *
   * @param direction in which it goes
   * @return false where its options are garbled
   */
  public boolean adjust(Packet packet, int transport, int direction) {
    byte[] b = packet.data;
    if (transport + Tcp.LENGTH > packet.tail) {
      return false;
    }
    boolean partial = packet.checksumState == Packet.CHECKSUM_PARTIAL;
    int sequence = Bytes.i32(b, transport + 4);
    put(b, transport, transport + 4, sequence + offset(direction, sequence), partial);
    back(b, transport, transport + 8, 1 - direction, partial);
    int stop = transport + (Bytes.u8(b, transport + 12) >>> 4 << 2);
    return stop <= packet.tail && options(b, transport, stop, 1 - direction, partial);
  }

  private boolean options(byte[] b, int transport, int stop, int direction, boolean partial) {
    int at = transport + Tcp.LENGTH;
    while (at < stop) {
      int kind = Bytes.u8(b, at);
      if (kind == OPTION_END) {
        return true;
      }
      if (kind == OPTION_NOP) {
        at++;
        continue;
      }
      int length = at + 1 < stop ? Bytes.u8(b, at + 1) : 0;
      if (length < 2 || at + length > stop) {
        return false;
      }
      if (kind == OPTION_SACK && length >= 10 && (length - 2) % 8 == 0) {
        for (int edge = at + 2; edge < at + length; edge += 4) {
          back(b, transport, edge, direction, partial);
        }
      }
      at += length;
    }
    return true;
  }

  /**
   * Takes back from a number at {@code at} by how much the receiver of this segment's was moved.
   */
  private void back(byte[] b, int transport, int at, int direction, boolean partial) {
    int number = Bytes.i32(b, at);
    put(b, transport, at, number - acknowledged(direction, number), partial);
  }

  private static void put(byte[] b, int transport, int at, int value, boolean partial) {
    int before = Bytes.i32(b, at);
    Bytes.put32(b, at, value);
    if (!partial) {
      int sum = Bytes.u16(b, transport + 16);
      // at an odd offset the bytes of the words are exchanged
      boolean odd = (at - transport & 1) != 0;
      int was = odd ? Integer.rotateRight(before, 8) : before;
      int is = odd ? Integer.rotateRight(value, 8) : value;
      Bytes.put16(b, transport + 16, InternetChecksum.update32(sum, was, is));
    }
  }
}
