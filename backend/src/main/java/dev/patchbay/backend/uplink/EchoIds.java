package dev.patchbay.backend.uplink;

import dev.patchbay.stack.random.RandomSource;
import java.util.BitSet;

/**
 * The identifiers that guests' echo requests bear on the wire where raw sockets send them: no two
 * flows have the same, and none can be foretold. Taking one does not allocate.
 */
final class EchoIds {
  /** No identifier: all are taken, or the kernel chooses. */
  static final int NONE = -1;

  private static final int COUNT = 1 << 16;

  private final RandomSource random;
  private final BitSet taken = new BitSet(COUNT);

  EchoIds(RandomSource random) {
    this.random = random;
  }

  /** A free one, 0 to 65535, or {@link #NONE}; from a random one on, so that it costs the same. */
  int take() {
    int id = taken.nextClearBit(random.nextInt(COUNT));
    if (id >= COUNT) {
      id = taken.nextClearBit(0);
    }
    if (id >= COUNT) {
      return NONE;
    }
    taken.set(id);
    return id;
  }

  /** Gives one back; {@link #NONE} is no loss. */
  void give(int id) {
    if (id != NONE) {
      taken.clear(id);
    }
  }
}
