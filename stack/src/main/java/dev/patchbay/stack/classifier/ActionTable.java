package dev.patchbay.stack.classifier;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * What the actions of a namespace share: their numbers by kind ({@code tcf_idrinfo}), and how often
 * a packet has been led from one into another.
 */
public final class ActionTable {
  /** Most redirections and copies within one another ({@code MIRRED_NEST_LIMIT}). */
  static final int NEST_LIMIT = 4;

  private final Map<String, BitSet> used = new HashMap<>();

  /** Redirections that are under way. */
  int nesting;

  /** Gives the least number from 1 on that no action of the kind has. */
  int acquire(String kind) {
    BitSet bits = used.computeIfAbsent(kind, k -> new BitSet());
    int index = bits.nextClearBit(1);
    bits.set(index);
    return index;
  }

  void release(String kind, int index) {
    BitSet bits = used.get(kind);
    if (bits != null) {
      bits.clear(index);
    }
  }
}
