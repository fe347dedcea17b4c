package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.IndexKey;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
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
 * <p>Immutable; no look-up allocates.
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

    /** The hash of each key's parts, with the places of its rules; a power of two of slots. */
    final long[] hashes;

    final int[][] places;

    /** The places of all its rules in ascending order. */
    final int[] all;

    Group(Shape shape, Map<Long, List<Integer>> rules) {
      this.shape = shape;
      int slots = Integer.highestOneBit(Math.max(1, rules.size())) << 2;
      hashes = new long[slots];
      places = new int[slots][];
      rules.forEach(this::put);
      all =
          rules.values().stream()
              .flatMap(List::stream)
              .mapToInt(Integer::intValue)
              .sorted()
              .distinct()
              .toArray();
    }

    private void put(long hash, List<Integer> where) {
      int mask = places.length - 1;
      int slot = (int) (hash & mask);
      while (places[slot] != null) {
        slot = slot + 1 & mask;
      }
      hashes[slot] = hash;
      places[slot] = where.stream().mapToInt(Integer::intValue).toArray();
    }

    int first() {
      return all[0];
    }

    int last() {
      return all[all.length - 1];
    }

    /** The first place at or behind {@code from}, or {@code best} where there is none before it. */
    int find(long hash, int from, int best) {
      int mask = places.length - 1;
      for (int slot = (int) (hash & mask); ; slot = slot + 1 & mask) {
        int[] there = places[slot];
        if (there == null) {
          return best;
        }
        if (hashes[slot] == hash) {
          return least(there, from, best);
        }
      }
    }

    static int least(int[] there, int from, int best) {
      if (there[0] >= from) {
        return Math.min(there[0], best);
      }
      int at = Arrays.binarySearch(there, from);
      at = at < 0 ? -at - 1 : at;
      return at < there.length ? Math.min(there[at], best) : best;
    }
  }

  private final Group[] groups;

  /** The packet at hand; of the loop's thread. */
  private final Parts parts = new Parts();

  ChainIndex(Rule[] rules) {
    Map<Shape, Map<Long, List<Integer>>> shapes = new LinkedHashMap<>();
    for (int i = 0; i < rules.length; i++) {
      IndexKey key = rules[i].key();
      if (!key.never) {
        add(shapes, key, i);
      }
    }
    List<Group> found = new ArrayList<>();
    shapes.forEach((shape, keys) -> found.add(new Group(shape, keys)));
    // those found first leave little to look for in the others
    found.sort(Comparator.comparingInt(Group::first));
    groups = found.toArray(Group[]::new);
  }

  /** Number of groups: what a look-up costs. */
  int groups() {
    return groups.length;
  }

  private static void add(Map<Shape, Map<Long, List<Integer>>> shapes, IndexKey key, int place) {
    Parts parts = new Parts();
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
      shapes
          .computeIfAbsent(shape, s -> new LinkedHashMap<>())
          .computeIfAbsent(parts.hash(shape), h -> new ArrayList<>(1))
          .add(place);
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
