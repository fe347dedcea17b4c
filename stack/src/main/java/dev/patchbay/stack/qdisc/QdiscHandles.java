package dev.patchbay.stack.qdisc;

/** The handles of qdiscs that were added without one, in a namespace: 8001:, 8002: and so on. */
public final class QdiscHandles {
  private static final int FIRST = 0x8000_0000;
  private static final int STEP = 0x1_0000;
  private static final int END = 0xffff_0000;

  private int last = FIRST;

  /** The next one that {@code tree} does not have ({@code qdisc_alloc_handle}). */
  int next(QdiscTree tree) {
    do {
      last += STEP;
      if (last == END) {
        last = FIRST + STEP;
      }
    } while (tree.find(last) != null);
    return last;
  }
}
