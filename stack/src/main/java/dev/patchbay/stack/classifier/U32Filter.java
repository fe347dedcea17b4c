package dev.patchbay.stack.classifier;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import java.util.List;

/**
 * Compares words of 32 bits at places counted from the network header ({@code cls_u32.c}); its hash
 * tables have one bucket, and none leads to another.
 */
public final class U32Filter extends Filter {
  /** Most words that one compares. */
  public static final int MAX_KEYS = 128;

  private static final int FIRST_NODE = 0x800;
  private static final int NODE = 0xfff;

  /**
   * A word.
   *
   * @param offset bytes from the network header; below 0 before it
   */
  public record Key(int value, int mask, int offset) {}

  private Key[] keys;
  private long[] successes;
  private boolean terminal;
  private long asked;
  private long hits;

  public U32Filter(List<Key> keys) {
    this.keys = keys.toArray(Key[]::new);
    successes = new long[this.keys.length];
  }

  @Override
  public FilterKind kind() {
    return FilterKind.U32;
  }

  /** What it compares, in that order. */
  public List<Key> keys() {
    return List.of(keys);
  }

  /** Packets in which word {@code i} was as wanted. */
  public long successes(int i) {
    return successes[i];
  }

  /** Packets that were compared. */
  public long asked() {
    return asked;
  }

  /** Packets that fulfilled it. */
  public long hits() {
    return hits;
  }

  /** Whether it decides: one with neither class nor action is passed by. */
  public boolean isTerminal() {
    return terminal;
  }

  /** Makes it decide. */
  public void terminal(boolean value) {
    terminal = value;
  }

  @Override
  void inherit(Filter before) {
    if (before instanceof U32Filter u32) {
      // a change sets class and actions alone (u32_change)
      keys = u32.keys;
      successes = u32.successes;
      asked = u32.asked;
      hits = u32.hits;
      terminal = u32.terminal;
    }
  }

  @Override
  void check(FilterGroup group) throws FilterException {
    int wanted = handle();
    if (wanted == 0) {
      return;
    }
    int table = wanted & ~0xf_ffff;
    if (table != 0 && table != group.table()) {
      throw FilterException.of("cls_u32: Handle specified hash table address mismatch");
    }
    handle(group.table() | wanted & NODE);
    Filter there = group.find(handle());
    if (there != null && wanted != handle()) {
      throw FilterException.answered("No space left on device");
    }
  }

  @Override
  int freeHandle(FilterGroup group) {
    return group.freeHandle(group.table() | FIRST_NODE);
  }

  @Override
  int matches(Packet packet, int network, FlowKeys flow) {
    asked++;
    for (int i = 0; i < keys.length; i++) {
      Key key = keys[i];
      int at = network + key.offset;
      if (at < packet.head || at > packet.tail - 4) {
        return CUT_SHORT;
      }
      if (((Bytes.i32(packet.data, at) ^ key.value) & key.mask) != 0) {
        return NO;
      }
      successes[i]++;
    }
    if (!terminal) {
      return NO;
    }
    hits++;
    return YES;
  }
}
