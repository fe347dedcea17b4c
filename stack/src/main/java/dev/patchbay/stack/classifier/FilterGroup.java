package dev.patchbay.stack.classifier;

import dev.patchbay.stack.packet.Packet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The filters of one preference, which are of one kind and protocol ({@code struct tcf_proto}). */
public final class FilterGroup {
  private static final Comparator<Filter> BY_HANDLE =
      (one, other) -> Integer.compareUnsigned(one.handle(), other.handle());

  private final FilterKind kind;
  private final int protocol;
  private final int preference;
  private final int table;
  private final List<Filter> filters = new ArrayList<>();
  private Filter[] asked = {};
  private long turns;

  /**
   * @param table for u32 the id of its hash table (0x80000000 for 800:), else 0
   */
  FilterGroup(FilterKind kind, int protocol, int preference, int table) {
    this.kind = kind;
    this.protocol = protocol;
    this.preference = preference;
    this.table = table;
  }

  public FilterKind kind() {
    return kind;
  }

  /** EtherType, or {@link FilterChain#ALL}. */
  public int protocol() {
    return protocol;
  }

  /** 1 to 65535; the least is asked first. */
  public int preference() {
    return preference;
  }

  /** The id of u32's hash table, 0 for other kinds. */
  public int table() {
    return table;
  }

  /** In the order of their handles. */
  public List<Filter> filters() {
    return List.copyOf(filters);
  }

  /** In the order in which packets meet them. */
  public List<Filter> inOrder() {
    return List.of(asked);
  }

  @Nullable Filter find(int handle) {
    for (Filter filter : filters) {
      if (handle != 0 && filter.handle() == handle) {
        return filter;
      }
    }
    return null;
  }

  /** The least handle from {@code first} on that no filter has. */
  int freeHandle(int first) {
    int handle = first;
    while (find(handle) != null) {
      handle++;
    }
    return handle;
  }

  void put(Filter filter, @Nullable Filter before) {
    if (before != null) {
      filters.remove(before);
    }
    filter.join(filters, ++turns);
    filters.add(filter);
    filters.sort(BY_HANDLE);
    order();
  }

  void remove(Filter filter) {
    filters.remove(filter);
    order();
  }

  /** Flower asks by masks, the one that came first before the others ({@code fl_classify}). */
  private void order() {
    List<Filter> ordered = new ArrayList<>(filters);
    ordered.sort(Comparator.comparingLong(Filter::turn));
    asked = ordered.toArray(Filter[]::new);
  }

  /** Asks its filters; a {@link Verdict}. */
  int classify(Packet packet, int network, FilterChain chain) {
    for (Filter filter : asked) {
      int match = filter.matches(packet, network, chain.keys);
      if (match == Filter.CUT_SHORT) {
        return Verdict.UNSPECIFIED;
      }
      if (match == Filter.YES) {
        int verdict = filter.run(packet, chain);
        chain.classId(filter.classId());
        // flower and matchall have found what they look for; u32 and fw ask the next one
        boolean another = kind == FilterKind.U32 || kind == FilterKind.FW;
        if (verdict != Verdict.UNSPECIFIED || !another) {
          return verdict;
        }
      }
    }
    return Verdict.UNSPECIFIED;
  }
}
