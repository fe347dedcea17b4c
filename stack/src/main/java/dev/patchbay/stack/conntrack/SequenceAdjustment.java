package dev.patchbay.stack.conntrack;

/**
 * By how much the sequence numbers of a connection are moved, since a helper has written texts of
 * another length into it (Linux: {@code nf_conntrack_seqadj.c}). Of each direction the last change
 * is known: where it stands, and what counts before it and from it on.
 */
public final class SequenceAdjustment {
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
}
