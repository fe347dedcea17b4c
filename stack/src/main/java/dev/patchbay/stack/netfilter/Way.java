package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.packet.Packet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Where a packet came from on its way through a table, and where it was dropped. */
final class Way {
  /** Jumps within each other, at most ({@code NFT_JUMP_STACK_SIZE}). */
  static final int DEPTH = 16;

  private final @Nullable Chain[] chains = new Chain[DEPTH];
  private final int[] places = new int[DEPTH];
  private int depth;
  private @Nullable Table table;
  private @Nullable Chain chain;
  private int rule;

  void begin() {
    depth = 0;
  }

  boolean isEmpty() {
    return depth == 0;
  }

  /** Remembers where to go on; the table's check has bounded how deep. */
  void push(Chain from, int place) {
    chains[depth] = from;
    places[depth++] = place;
  }

  /** The place at which to go on in what {@link #pop} gives. */
  int place() {
    return places[depth - 1];
  }

  Chain pop() {
    Chain last = chains[--depth];
    if (last == null) {
      throw new IllegalStateException("nobody jumped");
    }
    return last;
  }

  /** Says which rule has dropped the packet; 0 for the policy. */
  void decided(Table by, Chain in, int number) {
    table = by;
    chain = in;
    rule = number;
  }

  /** Says on the packet who drops it. */
  void blame(Packet packet) {
    packet.ruleTable = table == null ? null : table.kind().word();
    packet.ruleChain = chain == null ? null : chain.name();
    packet.ruleNumber = rule;
  }

  void forget() {
    Arrays.fill(chains, null);
    table = null;
    chain = null;
  }
}
