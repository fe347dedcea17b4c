package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.IndexKey;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names the next rule of a chain that a packet may meet, without a walk: tuple space search
 * (Srinivasan, Suri, Varghese 1999). Rules that fix the same parts of a packet (the same leading
 * bits of addresses and ports, the protocol, a device) form a group with a hash table from those
 * parts to their places in ascending order; a packet is looked up once in each group. A group is
 * passed over where its rules all stand before the place asked for or behind one already found.
 * Lists of addresses or ports of any length are one group; the number of groups, not that of rules,
 * is what a packet costs. A range of ports stands in the table once for each prefix of which it is
 * made, at most 30 times. Rules that fix nothing are one group with one list.
 *
 * <p>Rules may be added behind the last one; else it does not change. No look-up allocates.
 */
final class ChainIndex {
  private static final int ALL_PORTS = 0xffff;

  /** What the rules of a group fix; masks of leading ones. */
  private record Shape(
      long srcMaskHi,
      long srcMaskLo,
      long dstMaskHi,
      long dstMaskLo,
      int sourcePortMask,
      int destinationPortMask,
      boolean protocol,
      boolean in,
      boolean out) {
    boolean hasPorts() {
      return (sourcePortMask | destinationPortMask) != 0;
    }
  }

  /** The parts of a packet, or of a rule where its shape says that they count. */
  private static final class Parts {
    long srcHi;
    long srcLo;
    long dstHi;
    long dstLo;
    int protocol;
    int sourcePort;
    int destinationPort;
    int in;
    int out;

    /**
     * One number for the parts that a shape fixes. Two keys of one number share a list; their
     * rules' conditions tell them apart.
     */
    long hash(Shape s) {
      long h = mix(srcHi & s.srcMaskHi, srcLo & s.srcMaskLo);
      h = mix(h ^ dstHi & s.dstMaskHi, dstLo & s.dstMaskLo);
      long rest = s.protocol ? (long) protocol << 32 : 0;
      rest |= (long) (sourcePort & s.sourcePortMask) << 16;
      h = mix(h, rest | destinationPort & s.destinationPortMask);
      if (s.in || s.out) {
        h = mix(h, (s.in ? in & 0xffff_ffffL : 0) | (s.out ? (long) out << 32 : 0));
      }
      return h;
    }

    private static long mix(long a, long b) {
      long h = (a ^ b * 0x9e37_79b9_7f4a_7c15L) * 0xbf58_476d_1ce4_e5b9L;
      return h ^ h >>> 29;
    }
  }

  /** The rules of one shape. */
  private static final class Group {
    final Shape shape;

    /** The hash of each key's parts; a power of two of slots. */
    private long[] hashes = new long[4];

    /** For each slot how many places there are, and these in ascending order; null where free. */
    private int[][] places = new int[4][];

    private int keys;

    /** The places of all its rules as in a slot. */
    private int[] all = {0, 0};

    Group(Shape shape) {
      this.shape = shape;
    }

    /** Adds a rule behind all others. */
    void add(long hash, int place) {
      all = with(all, place);
      if (keys * 2 >= places.length) {
        grow();
      }
      int slot = slot(hash);
      int[] there = places[slot];
      if (there == null) {
        keys++;
        hashes[slot] = hash;
        places[slot] = new int[] {1, place};
      } else {
        places[slot] = with(there, place);
      }
    }

    private static int[] with(int[] list, int place) {
      int count = list[0];
      if (count > 0 && list[count] == place) {
        return list;
      }
      int[] to = count + 1 < list.length ? list : Arrays.copyOf(list, list.length * 2);
      to[count + 1] = place;
      to[0] = count + 1;
      return to;
    }

    private void grow() {
      long[] oldHashes = hashes;
      int[][] old = places;
      hashes = new long[old.length * 4];
      places = new int[old.length * 4][];
      for (int i = 0; i < old.length; i++) {
        if (old[i] != null) {
          int slot = slot(oldHashes[i]);
          hashes[slot] = oldHashes[i];
          places[slot] = old[i];
        }
      }
    }

    /** Where a hash stands, or the free slot where it would. */
    private int slot(long hash) {
      int mask = places.length - 1;
      int slot = (int) (hash & mask);
      while (places[slot] != null && hashes[slot] != hash) {
        slot = slot + 1 & mask;
      }
      return slot;
    }

    int first() {
      return all[1];
    }

    int last() {
      return all[all[0]];
    }

    /** The first place at or behind {@code from}, or {@code best} where there is none before it. */
    int find(long hash, int from, int best) {
      int[] there = places[slot(hash)];
      return there == null ? best : least(there, from, best);
    }

    static int least(int[] there, int from, int best) {
      if (there[1] >= from) {
        return Math.min(there[1], best);
      }
      int end = there[0] + 1;
      int at = Arrays.binarySearch(there, 1, end, from);
      at = at < 0 ? -at - 1 : at;
      return at < end ? Math.min(there[at], best) : best;
    }
  }

  /** In the order of their first rules: those found first leave little to look for in others. */
  private Group[] groups = {};

  /** Number of rules that are in it. */
  private int size;

  /** The packet at hand, or the rule; of the loop's thread once it is in use. */
  private final Parts parts = new Parts();

  ChainIndex(Rule[] rules) {
    Map<Shape, Group> shapes = new LinkedHashMap<>();
    add(rules, shapes);
    groups = shapes.values().toArray(Group[]::new);
  }

  /** Number of groups: what a look-up costs. */
  int groups() {
    return groups.length;
  }

  /** Number of rules that are in it. */
  int size() {
    return size;
  }

  /**
   * Adds the rules behind those that are in it. Chains that are shorter share it all the same: what
   * it names behind their ends is none of theirs.
   */
  void append(Rule[] rules) {
    Map<Shape, Group> shapes = new LinkedHashMap<>();
    for (Group group : groups) {
      shapes.put(group.shape, group);
    }
    add(rules, shapes);
    if (shapes.size() > groups.length) {
      groups = shapes.values().toArray(Group[]::new);
    }
  }

  private void add(Rule[] rules, Map<Shape, Group> shapes) {
    for (int i = size; i < rules.length; i++) {
      IndexKey key = rules[i].key();
      if (!key.never) {
        add(shapes, key, i);
      }
    }
    size = rules.length;
  }

  private void add(Map<Shape, Group> shapes, IndexKey key, int place) {
    parts.srcHi = key.srcHi;
    parts.srcLo = key.srcLo;
    parts.dstHi = key.dstHi;
    parts.dstLo = key.dstLo;
    parts.protocol = key.protocol;
    parts.in = name(key.in);
    parts.out = name(key.out);
    // one of the two ranges is cut into prefixes; the other counts where it is one port
    boolean byDestination = isBound(key.destinationPortLow, key.destinationPortHigh);
    int other = byDestination ? key.sourcePortLow : key.destinationPortLow;
    int otherHigh = byDestination ? key.sourcePortHigh : key.destinationPortHigh;
    int otherMask = other == otherHigh ? ALL_PORTS : 0;
    int low = byDestination ? key.destinationPortLow : key.sourcePortLow;
    int high = byDestination ? key.destinationPortHigh : key.sourcePortHigh;
    while (low <= high) {
      int size = low == 0 ? 0x10000 : Integer.lowestOneBit(low);
      while (low + size - 1 > high) {
        size >>= 1;
      }
      int mask = ALL_PORTS & -size;
      parts.sourcePort = byDestination ? other : low;
      parts.destinationPort = byDestination ? low : other;
      Shape shape =
          new Shape(
              key.srcMaskHi,
              key.srcMaskLo,
              key.dstMaskHi,
              key.dstMaskLo,
              byDestination ? otherMask : mask,
              byDestination ? mask : otherMask,
              key.protocol >= 0,
              key.in != null,
              key.out != null);
      shapes.computeIfAbsent(shape, Group::new).add(parts.hash(shape), place);
      low += size;
    }
  }

  private static boolean isBound(int low, int high) {
    return low > 0 || high < ALL_PORTS;
  }

  private static int name(@Nullable String name) {
    return name == null ? 0 : name.hashCode();
  }

  private static int name(@Nullable NetDevice device) {
    return device == null ? 0 : device.name().hashCode();
  }

  /** The first rule at or behind {@code from} that the packet may meet, or -1. */
  int next(PacketFields p, int from) {
    Parts of = parts;
    of.srcHi = p.srcHi;
    of.srcLo = p.srcLo;
    of.dstHi = p.dstHi;
    of.dstLo = p.dstLo;
    of.protocol = p.protocol;
    of.in = name(p.in);
    of.out = name(p.out);
    boolean hasPorts = !p.laterFragment && p.transport + 4 <= p.packet().tail;
    of.sourcePort = hasPorts ? Field.portAt(p, 0) : 0;
    of.destinationPort = hasPorts ? Field.portAt(p, 2) : 0;
    boolean isShort =
        !p.laterFragment && p.transport + Field.portBytes(p.protocol) > p.packet().tail;
    int best = Integer.MAX_VALUE;
    for (Group group : groups) {
      if (group.first() >= best) {
        break;
      }
      if (group.last() >= from) {
        // a header cut short is a matter of the first rule that asks for its ports
        best =
            isShort && group.shape.hasPorts()
                ? Group.least(group.all, from, best)
                : group.find(of.hash(group.shape), from, best);
      }
    }
    return best == Integer.MAX_VALUE ? -1 : best;
  }
}
