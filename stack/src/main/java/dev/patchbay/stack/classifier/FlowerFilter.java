package dev.patchbay.stack.classifier;

import dev.patchbay.stack.packet.Packet;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares fields of a packet, each under a mask ({@code cls_flower.c}). */
public final class FlowerFilter extends Filter {
  private final long[] values = new long[FlowKey.COUNT];

  /** The bits that are compared. */
  private final long[] wanted = new long[FlowKey.COUNT];

  private final long[] masks = new long[FlowKey.COUNT];
  private final boolean[] given = new boolean[FlowKey.COUNT];

  /** The keys with a mask, and the largest value of each that has a range, else -1. */
  private int[] compared = {};

  private final int[] highest = new int[FlowKey.COUNT];
  private long turn;
  private @Nullable Filter replaces;

  public FlowerFilter() {
    Arrays.fill(highest, -1);
  }

  @Override
  public FilterKind kind() {
    return FilterKind.FLOWER;
  }

  /** Wants a value, of which the bits of {@code mask} are compared; before it is in a chain. */
  public void want(FlowKey key, long value, long mask) {
    int i = key.ordinal();
    values[i] = value;
    wanted[i] = value & mask;
    masks[i] = mask;
    given[i] = true;
    highest[i] = -1;
    compare();
  }

  /** Wants a value from {@code low} to {@code high}; before it is in a chain. */
  public void wantRange(FlowKey key, int low, int high) {
    int i = key.ordinal();
    values[i] = low;
    wanted[i] = low;
    masks[i] = 0xffff;
    given[i] = true;
    highest[i] = high;
    compare();
  }

  private void compare() {
    int count = 0;
    int[] found = new int[FlowKey.COUNT];
    for (int i = 0; i < masks.length; i++) {
      if (masks[i] != 0) {
        found[count++] = i;
      }
    }
    compared = Arrays.copyOf(found, count);
  }

  /** Whether the key was named. */
  public boolean wants(FlowKey key) {
    return given[key.ordinal()];
  }

  /** Wanted value, the least one of a range. */
  public long value(FlowKey key) {
    return values[key.ordinal()];
  }

  public long mask(FlowKey key) {
    return masks[key.ordinal()];
  }

  /** The largest value of a range, -1 where it is none. */
  public int highest(FlowKey key) {
    return highest[key.ordinal()];
  }

  @Override
  void inherit(Filter before) {
    replaces = before;
  }

  @Override
  void check(FilterGroup group) throws FilterException {
    for (Filter other : group.filters()) {
      if (!other.equals(replaces)
          && other instanceof FlowerFilter flower
          && hasMaskOf(flower)
          && Arrays.equals(wanted, flower.wanted)
          && Arrays.equals(highest, flower.highest)) {
        throw FilterException.answered("File exists");
      }
    }
  }

  private boolean hasMaskOf(FlowerFilter other) {
    if (!Arrays.equals(masks, other.masks)) {
      return false;
    }
    for (int i = 0; i < highest.length; i++) {
      if (highest[i] < 0 != other.highest[i] < 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  void join(List<Filter> others, long last) {
    replaces = null;
    turn = last;
    for (Filter other : others) {
      if (other instanceof FlowerFilter flower && hasMaskOf(flower)) {
        turn = flower.turn;
      }
    }
  }

  @Override
  long turn() {
    return turn;
  }

  @Override
  int matches(Packet packet, int network, FlowKeys keys) {
    long[] seen = keys.values;
    for (int i : compared) {
      long value = seen[i];
      boolean right =
          highest[i] < 0
              ? (value & masks[i]) == wanted[i]
              : value >= values[i] && value <= highest[i];
      if (!right) {
        return NO;
      }
    }
    return YES;
  }
}
