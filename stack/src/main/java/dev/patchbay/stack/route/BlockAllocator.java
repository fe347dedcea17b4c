package dev.patchbay.stack.route;

import java.util.Arrays;

/**
 * Hands out places for runs of 1 to 128 elements in an array that its user grows: what a run leaves
 * goes to the next one of its size. Sizes are rounded up to four steps per doubling, so that a run
 * that grows moves seldom and at most a fifth is left over.
 */
final class BlockAllocator {
  private static final int MAX = 128;
  private static final int[] ROUNDED = new int[MAX + 1];

  static {
    for (int size = 1; size <= MAX; size++) {
      int step = Math.max(1, Integer.highestOneBit(size - 1) / 4);
      ROUNDED[size] = (size + step - 1) / step * step;
    }
  }

  /** Places left, by size: a stack each. */
  private final int[][] free = new int[MAX + 1][];

  private final int[] freeCount = new int[MAX + 1];
  private int end;

  /** A place for {@code size} elements; 0 for none. */
  int allocate(int size) {
    if (size == 0) {
      return 0;
    }
    int rounded = ROUNDED[size];
    if (freeCount[rounded] > 0) {
      return free[rounded][--freeCount[rounded]];
    }
    int place = end;
    end += rounded;
    return place;
  }

  /** Gives a run back. */
  private void release(int place, int size) {
    if (size == 0) {
      return;
    }
    int rounded = ROUNDED[size];
    int[] stack = free[rounded];
    if (stack == null) {
      stack = new int[4];
      free[rounded] = stack;
    } else if (freeCount[rounded] == stack.length) {
      stack = Arrays.copyOf(stack, 2 * stack.length);
      free[rounded] = stack;
    }
    stack[freeCount[rounded]++] = place;
  }

  /**
   * A place for a run that had {@code size} elements and shall have {@code wanted}: the same one
   * where it suffices, else another one, to which the user moves them before the next call here.
   */
  int resized(int place, int size, int wanted) {
    if (size > 0 && wanted > 0 && ROUNDED[size] == ROUNDED[wanted]) {
      return place;
    }
    int to = allocate(wanted);
    release(place, size);
    return to;
  }
}
