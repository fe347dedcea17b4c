package dev.patchbay.stack.classifier;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The filters of one place, in the order in which a packet meets them (Linux: {@code struct
 * tcf_block} with chain 0, {@code cls_api.c}). On the loop of its namespace.
 */
public final class FilterChain {
  /** The protocol of filters for all packets ({@code ETH_P_ALL}). */
  public static final int ALL = 3;

  private static final int MAX_RECLASSIFY = 16;

  /** Preferences that are given to filters without one begin below this. */
  private static final int AUTO_PREFERENCE = 0xc000;

  private static final int AUTO_PREFERENCE_FLOOR = 0x8000;
  private static final int FIRST_TABLE = 0x8000_0000;
  private static final int TABLE_SHIFT = 20;
  private static final int MAX_TABLES = 0x7ff;

  final FlowKeys keys = new FlowKeys();

  private final EventLoop loop;
  private final ActionTable table;
  private final NetDevice device;
  private final boolean ingress;
  private final List<FilterGroup> groups = new ArrayList<>();
  private FilterGroup[] asked = {};
  private int parent;
  private int classId;
  private int lastTable;

  /**
   * @param device whose packets they are
   * @param ingress whether they come in by it
   */
  public FilterChain(EventLoop loop, ActionTable table, NetDevice device, boolean ingress) {
    this.loop = loop;
    this.table = table;
    this.device = device;
    this.ingress = ingress;
  }

  ActionTable table() {
    return table;
  }

  NetDevice device() {
    return device;
  }

  boolean isIngress() {
    return ingress;
  }

  /** Time, ns of the loop. */
  public long now() {
    return loop.now();
  }

  /** The class id under which the last filter was added, which all are shown with. */
  public int parent() {
    return parent;
  }

  public boolean isEmpty() {
    return asked.length == 0;
  }

  /** By preference. */
  public List<FilterGroup> groups() {
    return List.copyOf(groups);
  }

  // ---- the way of a packet

  /** The class that the last packet was found to be of, 0 for none. */
  public int classId() {
    return classId;
  }

  void classId(int value) {
    classId = value;
  }

  /** Where the network header of a packet begins, as filters see it: behind one link header. */
  int network(Packet packet) {
    return device.isEthernet() ? packet.head + Ethernet.LENGTH : packet.head;
  }

  /** Bytes that count here ({@code qdisc_pkt_len}): what comes in, without its link header. */
  public int countedLength(Packet packet) {
    int length = packet.wireLength();
    return ingress && device.isEthernet() ? Math.max(0, length - Ethernet.LENGTH) : length;
  }

  /** Asks all filters of the packet's protocol ({@code tcf_classify}); a {@link Verdict}. */
  public int classify(Packet packet) {
    classId = 0;
    for (int round = 0; round <= MAX_RECLASSIFY; round++) {
      int verdict = once(packet);
      if (verdict != Verdict.RECLASSIFY) {
        return verdict;
      }
    }
    return Verdict.SHOT;
  }

  private int once(Packet packet) {
    int protocol = protocol(packet);
    for (FilterGroup group : asked) {
      if (group.protocol() == protocol || group.protocol() == ALL) {
        if (group.kind() == FilterKind.FLOWER) {
          keys.extract(packet, network(packet), device.isEthernet());
        }
        int verdict = group.classify(packet, network(packet), this);
        if (verdict != Verdict.UNSPECIFIED) {
          return verdict;
        }
      }
    }
    return Verdict.UNSPECIFIED;
  }

  /** {@code skb_protocol}: that of the tag where there is one. */
  private int protocol(Packet packet) {
    if (packet.vlanProtocol != 0) {
      return packet.vlanProtocol;
    }
    if (!device.isEthernet()) {
      return packet.length() > 0 && packet.data[packet.head] >>> 4 == 4
          ? EtherType.IPV4
          : EtherType.IPV6;
    }
    boolean whole = packet.length() >= Ethernet.LENGTH;
    return whole ? Bytes.u16(packet.data, packet.head + Ethernet.LENGTH - 2) : 0;
  }

  // ---- changes

  /**
   * Adds, replaces or changes a filter ({@code tc_new_tfilter}).
   *
   * @throws FilterException and nothing was changed
   */
  public void change(FilterRequest request) throws FilterException {
    int preference = request.preference();
    FilterGroup group = null;
    if (preference != 0) {
      group = find(request.protocol(), preference);
    } else if (!request.create()) {
      throw FilterException.of("Invalid filter command with priority of zero");
    }
    FilterGroup target = group;
    if (target == null) {
      target = newGroup(request);
    } else if (request.kind() != null && !request.kind().equals(target.kind().text())) {
      throw FilterException.of("Specified filter kind does not match existing one");
    }
    Filter before = target.find(request.handle());
    if (before == null && !request.create()) {
      throw needsCreate();
    } else if (before != null && request.exclusive()) {
      throw FilterException.of("Filter already exists");
    }
    Filter made = request.filter();
    if (made != null) {
      put(target, made, before, request.handle());
    } else if (target.kind() == FilterKind.MATCHALL) {
      throw FilterException.invalid();
    } else if (request.handle() != 0) {
      throw FilterException.of("Filter handle requires options");
    }
    if (group == null) {
      lastTable = target.table() == 0 ? lastTable : target.table();
      groups.add(target);
      groups.sort((one, other) -> Integer.compare(one.preference(), other.preference()));
      asked = groups.toArray(FilterGroup[]::new);
    }
    parent = request.parent();
  }

  private void put(FilterGroup group, Filter made, @Nullable Filter before, int handle)
      throws FilterException {
    if (before != null) {
      made.inherit(before);
    }
    made.handle(before == null ? handle : before.handle());
    made.check(group);
    if (made.handle() == 0) {
      made.handle(made.freeHandle(group));
    }
    made.bind(table, now());
    group.put(made, before);
    if (before != null) {
      before.release(table);
    }
  }

  private static FilterException needsCreate() {
    return FilterException.of("Need both RTM_NEWTFILTER and NLM_F_CREATE to create a new filter");
  }

  private FilterGroup newGroup(FilterRequest request) throws FilterException {
    if (request.kind() == null || request.protocol() == 0) {
      throw FilterException.of("Filter kind and protocol must be specified");
    }
    if (!request.create()) {
      throw needsCreate();
    }
    FilterKind kind = FilterKind.of(request.kind());
    if (kind == null) {
      throw FilterException.of("TC classifier not found");
    }
    int preference = request.preference() != 0 ? request.preference() : autoPreference();
    int hashTable = kind == FilterKind.U32 ? freeTable() : 0;
    return new FilterGroup(kind, request.protocol(), preference, hashTable);
  }

  /** One below the least that was given so ({@code tcf_auto_prio}). */
  private int autoPreference() {
    for (FilterGroup group : groups) {
      if (group.preference() >= AUTO_PREFERENCE_FLOOR) {
        return group.preference() - 1;
      }
    }
    return AUTO_PREFERENCE;
  }

  /** {@code gen_new_htid}: round and round, from the beginning where there is no table any more. */
  private int freeTable() {
    if (groups.stream().noneMatch(group -> group.kind() == FilterKind.U32)) {
      return FIRST_TABLE;
    }
    int id = lastTable;
    do {
      int next = (id >>> TABLE_SHIFT & MAX_TABLES) + 1;
      id = FIRST_TABLE | (next > MAX_TABLES - 1 ? 1 : next) << TABLE_SHIFT;
    } while (hasTable(id));
    return id;
  }

  private boolean hasTable(int id) {
    return groups.stream().anyMatch(group -> group.table() == id);
  }

  /** The group of a preference, or null; one of another protocol is none ({@code tp_find}). */
  private @Nullable FilterGroup find(int protocol, int preference) throws FilterException {
    for (FilterGroup group : groups) {
      if (group.preference() == preference) {
        if (protocol != 0 && group.protocol() != protocol) {
          throw noGroup();
        }
        return group;
      }
    }
    return null;
  }

  private static FilterException noGroup() {
    return FilterException.of("Filter with specified priority/protocol not found");
  }

  /**
   * Deletes one filter, those of a preference, or all ({@code tc_del_tfilter}).
   *
   * @throws FilterException and nothing was changed
   */
  public void delete(FilterRequest request) throws FilterException {
    if (request.preference() == 0) {
      if (request.protocol() != 0 || request.handle() != 0 || request.kind() != null) {
        throw FilterException.of("Cannot flush filters with protocol, handle or kind set");
      }
      flush();
      return;
    }
    FilterGroup group = existing(request);
    if (request.handle() == 0) {
      remove(group);
      return;
    }
    if (group.table() != 0 && request.handle() == group.table()) {
      throw FilterException.of("cls_u32: Not allowed to delete root node");
    }
    Filter filter = existing(group, request.handle());
    group.remove(filter);
    filter.release(table);
    if (group.filters().isEmpty()) {
      remove(group);
    }
  }

  /**
   * A filter ({@code tc_get_tfilter}).
   *
   * @throws FilterException where there is none
   */
  public Filter get(FilterRequest request) throws FilterException {
    return existing(existing(request), request.handle());
  }

  /**
   * The group that a request means.
   *
   * @throws FilterException where there is none
   */
  public FilterGroup existing(FilterRequest request) throws FilterException {
    if (groups.isEmpty()) {
      throw FilterException.of("Cannot find specified filter chain");
    }
    FilterGroup group = find(request.protocol(), request.preference());
    if (group == null) {
      throw noGroup();
    }
    if (request.kind() != null && !request.kind().equals(group.kind().text())) {
      throw FilterException.of("Specified filter kind does not match existing one");
    }
    return group;
  }

  private static Filter existing(FilterGroup group, int handle) throws FilterException {
    Filter filter = group.find(handle);
    if (filter == null) {
      throw FilterException.of("Specified filter handle not found");
    }
    return filter;
  }

  private void remove(FilterGroup group) {
    group.filters().forEach(filter -> filter.release(table));
    groups.remove(group);
    asked = groups.toArray(FilterGroup[]::new);
  }

  /** Deletes all. */
  public void flush() {
    groups().forEach(this::remove);
  }
}
