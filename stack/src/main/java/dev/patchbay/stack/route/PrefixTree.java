package dev.patchbay.stack.route;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Values by address prefix with longest-prefix match, for a handful of prefixes as for those of the
 * whole internet: a tree bitmap (Eatherton, Varghese, Dittia: Tree Bitmap, 2004) of 6 bits a step.
 *
 * <p>A node stands for 6 bits of the address. Two bitmaps say which prefixes of 1 to 5 and of 6
 * more bits have a value, a third one which of its 64 children there are. Children lie side by side
 * in one array, values in another, so that a node needs but the place of the first of each: 32
 * bytes. A look-up of an IPv4 address touches at most 6 nodes, 4 for what is not longer than /24; a
 * change moves the values or children of one node.
 *
 * <p>Keys are left-aligned: an IPv4 address stands in the upper half of {@code hi}. No look-up
 * allocates. One thread at a time.
 *
 * @param <V> what a prefix has
 */
final class PrefixTree<V> {
  private static final int STRIDE = 6;
  private static final int FANOUT = 1 << STRIDE;

  /** Longs of a node: prefixes of 1 to 5 bits, of 6 bits, children, and where both are. */
  private static final int SHORTER = 0;

  private static final int WHOLE = 1;
  private static final int CHILDREN = 2;
  private static final int PLACES = 3;
  private static final int NODE = 4;

  /** Which bits of SHORTER are prefixes of an index of 6 bits. */
  private static final long[] ANCESTORS = new long[FANOUT];

  static {
    for (int index = 0; index < FANOUT; index++) {
      for (int length = 1; length < STRIDE; length++) {
        ANCESTORS[index] |= 1L << shorterBit(index, length);
      }
    }
  }

  private final BlockAllocator nodeBlocks = new BlockAllocator();
  private final BlockAllocator valueBlocks = new BlockAllocator();
  private long[] nodes = new long[8 * NODE];
  private @Nullable Object[] values = new Object[8];
  private final int root;
  private @Nullable V whole;
  private int size;

  /** Of the last {@link #descend}: the nodes on the way, and how many. */
  private final int[] way = new int[128 / STRIDE + 1];

  /** Of the match that {@link #first} and {@link #next} stand at. */
  private int step;

  private long matchHi;
  private long matchLo;
  private int matchLength;

  PrefixTree() {
    root = allocateNodes(1);
  }

  /** Bit of a prefix of {@code length} (1 to 5) bits of an index of 6. */
  private static int shorterBit(int index, int length) {
    return (1 << length) - 2 + (index >>> STRIDE - length);
  }

  /** The 6 bits of a key behind its first {@code depth}. */
  private static int index(long hi, long lo, int depth) {
    if (depth <= 58) {
      return (int) (hi >>> 58 - depth) & FANOUT - 1;
    }
    if (depth < 64) {
      return (int) (hi << depth - 58 | lo >>> 122 - depth) & FANOUT - 1;
    }
    return depth <= 122
        ? (int) (lo >>> 122 - depth) & FANOUT - 1
        : (int) (lo << depth - 122) & FANOUT - 1;
  }

  /** Prefixes with a value. */
  int size() {
    return size;
  }

  /** Bytes of the arrays, without the values themselves. */
  long bytes() {
    return 8L * nodes.length + 4L * values.length;
  }

  // ---- look-up

  /**
   * The value of the longest prefix that a key lies in, or null; {@link #next} gives those of the
   * shorter ones.
   */
  @Nullable V first(long hi, long lo) {
    matchHi = hi;
    matchLo = lo;
    step = descend(hi, lo, Integer.MAX_VALUE);
    matchLength = STRIDE;
    return next();
  }

  /** The value of the next shorter prefix of the key given to {@link #first}, or null. */
  @Nullable V next() {
    while (step >= 0) {
      int node = way[step] * NODE;
      int index = index(matchHi, matchLo, step * STRIDE);
      if (matchLength == STRIDE) {
        matchLength--;
        if ((nodes[node + WHOLE] >>> index & 1) != 0) {
          return value(place(node, index, STRIDE));
        }
      }
      // a longer prefix has a higher bit
      long found = nodes[node + SHORTER] & ANCESTORS[index] & (1L << (2 << matchLength) - 2) - 1;
      if (found != 0) {
        int bit = 63 - Long.numberOfLeadingZeros(found);
        matchLength = 31 - Integer.numberOfLeadingZeros(bit + 2) - 1;
        return value(valuePlace(node) + Long.bitCount(nodes[node + SHORTER] & (1L << bit) - 1));
      }
      step--;
      matchLength = STRIDE;
    }
    if (step == -1) {
      step = -2;
      return whole;
    }
    return null;
  }

  /** Bits of the prefix of what {@link #first} or {@link #next} gave last. */
  int matchedLength() {
    return step < 0 ? 0 : step * STRIDE + matchLength + 1;
  }

  /**
   * Follows a key down to at most node {@code limit}; the way is kept. Returns the number of the
   * last node.
   */
  private int descend(long hi, long lo, int limit) {
    int node = root;
    int at = 0;
    way[0] = node;
    while (at < limit) {
      long children = nodes[node * NODE + CHILDREN];
      int index = index(hi, lo, at * STRIDE);
      if ((children >>> index & 1) == 0) {
        break;
      }
      node = childPlace(node * NODE) + Long.bitCount(children & (1L << index) - 1);
      way[++at] = node;
    }
    return at;
  }

  private int childPlace(int node) {
    return (int) (nodes[node + PLACES] >>> 32);
  }

  private int valuePlace(int node) {
    return (int) nodes[node + PLACES];
  }

  private void places(int node, int child, int value) {
    nodes[node + PLACES] = (long) child << 32 | value & 0xffff_ffffL;
  }

  /** Where the value of a prefix of a node is, or would be put. */
  private int place(int node, int index, int length) {
    long shorter = nodes[node + SHORTER];
    int before =
        length < STRIDE
            ? Long.bitCount(shorter & (1L << shorterBit(index, length)) - 1)
            : Long.bitCount(shorter) + Long.bitCount(nodes[node + WHOLE] & (1L << index) - 1);
    return valuePlace(node) + before;
  }

  private boolean has(int node, int index, int length) {
    return length < STRIDE
        ? (nodes[node + SHORTER] >>> shorterBit(index, length) & 1) != 0
        : (nodes[node + WHOLE] >>> index & 1) != 0;
  }

  private void flip(int node, int index, int length) {
    if (length < STRIDE) {
      nodes[node + SHORTER] ^= 1L << shorterBit(index, length);
    } else {
      nodes[node + WHOLE] ^= 1L << index;
    }
  }

  private int valueCount(int node) {
    return Long.bitCount(nodes[node + SHORTER]) + Long.bitCount(nodes[node + WHOLE]);
  }

  @SuppressWarnings("unchecked") // only V is ever put there
  private @Nullable V value(int place) {
    return (V) values[place];
  }

  /** The value of exactly this prefix, or null. */
  @Nullable V get(long hi, long lo, int length) {
    if (length == 0) {
      return whole;
    }
    int depth = (length - 1) / STRIDE;
    if (descend(hi, lo, depth) < depth) {
      return null;
    }
    int node = way[depth] * NODE;
    int index = index(hi, lo, depth * STRIDE);
    int rest = length - depth * STRIDE;
    return has(node, index, rest) ? value(place(node, index, rest)) : null;
  }

  // ---- changes

  /**
   * Gives a prefix a value.
   *
   * @param length bits of the prefix, 0 to 128; those of the key behind them are 0
   * @return the value that it had, or null
   */
  @Nullable V put(long hi, long lo, int length, V value) {
    if (length == 0) {
      V old = whole;
      whole = value;
      size += old == null ? 1 : 0;
      return old;
    }
    int depth = (length - 1) / STRIDE;
    for (int at = descend(hi, lo, depth); at < depth; at++) {
      way[at + 1] = addChild(way[at], index(hi, lo, at * STRIDE));
    }
    int node = way[depth] * NODE;
    int index = index(hi, lo, depth * STRIDE);
    int rest = length - depth * STRIDE;
    if (has(node, index, rest)) {
      int place = place(node, index, rest);
      V old = value(place);
      values[place] = value;
      return old;
    }
    int count = valueCount(node);
    int from = valuePlace(node);
    int before = place(node, index, rest) - from;
    int to = valueBlocks.resized(from, count, count + 1);
    reserveValues(to + count + 1);
    System.arraycopy(values, from + before, values, to + before + 1, count - before);
    if (to != from) {
      System.arraycopy(values, from, values, to, before);
      Arrays.fill(values, from, from + count, null);
    }
    values[to + before] = value;
    places(node, childPlace(node), to);
    flip(node, index, rest);
    size++;
    return null;
  }

  private int allocateNodes(int count) {
    int place = nodeBlocks.allocate(count);
    reserveNodes(place + count);
    Arrays.fill(nodes, place * NODE, (place + count) * NODE, 0);
    return place;
  }

  private void reserveNodes(int count) {
    if (count * NODE > nodes.length) {
      int room = nodes.length + (nodes.length >> 1);
      nodes = Arrays.copyOf(nodes, Math.max(count * NODE, (room + NODE - 1) / NODE * NODE));
    }
  }

  private void reserveValues(int count) {
    if (count > values.length) {
      values = Arrays.copyOf(values, Math.max(count, values.length + (values.length >> 1)));
    }
  }

  private int addChild(int parent, int index) {
    int node = parent * NODE;
    int count = Long.bitCount(nodes[node + CHILDREN]);
    int before = Long.bitCount(nodes[node + CHILDREN] & (1L << index) - 1);
    int from = childPlace(node);
    int to = nodeBlocks.resized(from, count, count + 1);
    reserveNodes(to + count + 1);
    int behind = (count - before) * NODE;
    System.arraycopy(nodes, (from + before) * NODE, nodes, (to + before + 1) * NODE, behind);
    if (to != from) {
      System.arraycopy(nodes, from * NODE, nodes, to * NODE, before * NODE);
    }
    Arrays.fill(nodes, (to + before) * NODE, (to + before + 1) * NODE, 0);
    places(node, to, valuePlace(node));
    nodes[node + CHILDREN] |= 1L << index;
    return to + before;
  }

  /** Takes a prefix away. Returns the value that it had, or null. */
  @Nullable V remove(long hi, long lo, int length) {
    if (length == 0) {
      V old = whole;
      whole = null;
      size -= old == null ? 0 : 1;
      return old;
    }
    int depth = (length - 1) / STRIDE;
    if (descend(hi, lo, depth) < depth) {
      return null;
    }
    int node = way[depth] * NODE;
    int index = index(hi, lo, depth * STRIDE);
    int rest = length - depth * STRIDE;
    if (!has(node, index, rest)) {
      return null;
    }
    V old = value(place(node, index, rest));
    removeValue(node, place(node, index, rest) - valuePlace(node));
    flip(node, index, rest);
    size--;
    for (int at = depth; at > 0 && isEmpty(way[at] * NODE); at--) {
      removeChild(way[at - 1] * NODE, index(hi, lo, (at - 1) * STRIDE));
    }
    return old;
  }

  private boolean isEmpty(int node) {
    return (nodes[node + SHORTER] | nodes[node + WHOLE] | nodes[node + CHILDREN]) == 0;
  }

  private void removeValue(int node, int before) {
    int count = valueCount(node);
    int from = valuePlace(node);
    System.arraycopy(values, from + before + 1, values, from + before, count - before - 1);
    values[from + count - 1] = null;
    int to = valueBlocks.resized(from, count, count - 1);
    reserveValues(to + count - 1);
    if (to != from && count > 1) {
      System.arraycopy(values, from, values, to, count - 1);
      Arrays.fill(values, from, from + count - 1, null);
    }
    places(node, childPlace(node), to);
  }

  private void removeChild(int node, int index) {
    long children = nodes[node + CHILDREN];
    int count = Long.bitCount(children);
    int before = Long.bitCount(children & (1L << index) - 1);
    int from = childPlace(node);
    System.arraycopy(
        nodes,
        (from + before + 1) * NODE,
        nodes,
        (from + before) * NODE,
        (count - before - 1) * NODE);
    int to = nodeBlocks.resized(from, count, count - 1);
    reserveNodes(to + count - 1);
    if (to != from && count > 1) {
      System.arraycopy(nodes, from * NODE, nodes, to * NODE, (count - 1) * NODE);
    }
    places(node, to, valuePlace(node));
    nodes[node + CHILDREN] &= ~(1L << index);
  }

  // ---- all of them

  /** Is told of each prefix. */
  interface Visitor<V> {
    void visit(long hi, long lo, int length, V value);
  }

  /** Tells of all prefixes, in no promised order; the tree must not change meanwhile. */
  void forEach(Visitor<V> visitor) {
    if (whole != null) {
      visitor.visit(0, 0, 0, whole);
    }
    walk(root, 0, 0, 0, visitor);
  }

  private void walk(int node, long hi, long lo, int depth, Visitor<V> visitor) {
    int at = node * NODE;
    values(at, hi, lo, depth, visitor);
    int child = childPlace(at);
    for (int index = 0; index < FANOUT; index++) {
      if ((nodes[at + CHILDREN] >>> index & 1) != 0) {
        walk(
            child++, hi | bitsHi(index, depth), lo | bitsLo(index, depth), depth + STRIDE, visitor);
      }
    }
  }

  /** Tells of the prefixes of one node. */
  private void values(int at, long hi, long lo, int depth, Visitor<V> visitor) {
    int place = valuePlace(at);
    for (int length = 1; length <= STRIDE; length++) {
      for (int prefix = 0; prefix < 1 << length; prefix++) {
        int index = prefix << STRIDE - length;
        if (has(at, index, length)) {
          V value = value(place++);
          if (value != null) {
            visitor.visit(
                hi | bitsHi(index, depth), lo | bitsLo(index, depth), depth + length, value);
          }
        }
      }
    }
  }

  /** Where a walk in pieces stands: it begins at 0, and goes on at the key where it paused. */
  static final class Cursor {
    private long hi;
    private long lo;
    private int left;
    private boolean done;

    /** Whether all prefixes were visited. */
    boolean isDone() {
      return done;
    }
  }

  /**
   * Tells of some prefixes, in the order of addresses; of a few again in the next piece. The tree
   * may change between the pieces.
   *
   * @param limit nodes and prefixes together, from 1 on; some dozens more for what is on the way
   */
  void visitSome(Cursor cursor, int limit, Visitor<V> visitor) {
    if (whole != null) {
      visitor.visit(0, 0, 0, whole);
    }
    cursor.left = limit;
    cursor.done = walkFrom(root, 0, 0, 0, true, cursor, visitor);
  }

  /** Whether all below the node was visited; where not, the cursor says how far it came. */
  private boolean walkFrom(
      int node, long hi, long lo, int depth, boolean onWay, Cursor cursor, Visitor<V> visitor) {
    if (cursor.left <= 0 && !onWay) {
      cursor.hi = hi;
      cursor.lo = lo;
      return false;
    }
    int at = node * NODE;
    cursor.left -= onWay ? 0 : 1 + valueCount(at); // those on the way there are visited again
    values(at, hi, lo, depth, visitor);
    int first = onWay ? index(cursor.hi, cursor.lo, depth) : 0;
    long children = nodes[at + CHILDREN];
    int child = childPlace(at) + Long.bitCount(children & (1L << first) - 1);
    for (int index = first; index < FANOUT; index++) {
      if ((children >>> index & 1) != 0
          && !walkFrom(
              child++,
              hi | bitsHi(index, depth),
              lo | bitsLo(index, depth),
              depth + STRIDE,
              onWay && index == first,
              cursor,
              visitor)) {
        return false;
      }
    }
    return true;
  }

  private static long bitsHi(long index, int depth) {
    return depth <= 58 ? index << 58 - depth : depth < 64 ? index >>> depth - 58 : 0;
  }

  private static long bitsLo(long index, int depth) {
    if (depth <= 58) {
      return 0;
    }
    return depth <= 122 ? index << 122 - depth : index >>> depth - 122;
  }
}
