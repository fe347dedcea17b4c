package dev.patchbay.stack.route;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.random.SipHash;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The forwarding information base of one family: its tables, and the look-up through them as the
 * rules have it ({@code fib_lookup}): while they are Linux's standing ones local, main, and of IPv4
 * default.
 *
 * <p>Of the loop's thread. A look-up allocates nothing.
 */
public final class Fib {
  /** How next hops are chosen among several ({@code fib_multipath_hash_policy}). */
  public enum HashPolicy {
    /** By both addresses, 0. */
    ADDRESSES,
    /** By addresses, protocol and ports, 1. */
    PORTS
  }

  private final boolean v4;
  private final RouteTable local;
  private final RouteTable main;
  private final RouteTable last;
  private final Map<Long, RouteTable> tables = new TreeMap<>();
  private final DyingRoutes dying = new DyingRoutes();
  private final SharedRoutes shared = new SharedRoutes(dying);
  private final RouteChecks checks = new RouteChecks(this);
  private final RuleTable rules;

  /** For look-ups of which no more than the destination is known. */
  private final FlowKey plain = new FlowKey();

  private final List<RouteListener> listeners = new ArrayList<>();

  private @Nullable Consumer<Runnable> later;

  /** The tables that are swept at the moment, and how far the first one is. */
  private final Deque<RouteTable> unswept = new ArrayDeque<>();

  private PrefixTree.Cursor cursor = new PrefixTree.Cursor();
  private boolean sweeping;

  /** Whether what goes is not told of ({@code fib_table_flush}). */
  private boolean silent;

  private SipHash hash = new SipHash(0, 0);
  private HashPolicy policy = HashPolicy.ADDRESSES;

  /**
   * @param v4 the family
   */
  public Fib(boolean v4) {
    this.v4 = v4;
    local = new RouteTable(RouteEntry.LOCAL, v4, dying);
    main = new RouteTable(RouteEntry.MAIN, v4, dying);
    last = new RouteTable(RouteEntry.DEFAULT, v4, dying);
    tables.put(RouteEntry.LOCAL, local);
    tables.put(RouteEntry.MAIN, main);
    rules = new RuleTable(this);
    rules.changed();
  }

  /** Whether it is IPv4's. */
  public boolean isV4() {
    return v4;
  }

  /** The rules that say which tables are asked. */
  public RuleTable rules() {
    return rules;
  }

  /** Gives the hash that spreads flows over next hops a key, so that nobody outside foresees it. */
  public void hashKey(SipHash key) {
    hash = key;
  }

  /** How next hops are chosen among several. */
  public HashPolicy hashPolicy() {
    return policy;
  }

  /** Sets how next hops are chosen among several, from the next packet on. */
  public void hashPolicy(HashPolicy value) {
    policy = value;
  }

  /** Whether keys of packets that come in are to have protocol and ports. */
  public boolean needsPorts() {
    return rules.needsPorts() || policy == HashPolicy.PORTS;
  }

  /** The table of that number, made where it is not there. */
  RouteTable table(long id) {
    RouteTable table = tables.get(id);
    if (table == null) {
      table = id == RouteEntry.DEFAULT ? last : new RouteTable(id, v4, dying);
      tables.put(id, table);
      rules.changed();
    }
    return table;
  }

  /** The table of that number, or null. */
  @Nullable RouteTable tableOf(long id) {
    return tables.get(id);
  }

  /** Makes the first table that is not there yet ({@code fib_empty_table}). Returns its number. */
  long newTable() {
    long id = 1;
    while (tables.containsKey(id)) {
      id++;
    }
    table(id);
    return id;
  }

  /** Whether a table is there: local and main, and what ever had a route. */
  public boolean hasTable(long id) {
    return tables.containsKey(id);
  }

  /**
   * Does in pieces what would take long: each is given to {@code execute}, which runs it in a later
   * turn. Without this word all is done at once.
   */
  public void inPieces(Consumer<Runnable> execute) {
    later = execute;
  }

  /** Routes of all tables, those counted that are about to go. */
  public int size() {
    int size = 0;
    for (RouteTable table : tables.values()) {
      size += table.size();
    }
    return size;
  }

  /** Tells of the routes of all tables, in the order of their numbers; nothing may change then. */
  public void forEach(Consumer<RouteEntry> visitor) {
    tables.values().forEach(table -> table.forEach(visitor));
  }

  // ---- look-up

  /**
   * The route of a packet, or null where there is none. Of several next hops the one of its flow
   * was chosen. By one device a route that refuses is none either.
   */
  public @Nullable Route lookup(FlowKey key) {
    Route route = rules.isStanding() ? standing(key) : rules.lookup(key);
    if (route == null) {
      return null;
    }
    NetDevice output = key.output;
    Multipath hops = route.hops();
    if (output != null && (route.device() == null || route.type().isRefusal())) {
      return null;
    }
    if (hops == null) {
      return route;
    }
    return output == null ? hops.select(hash(key)) : hops.by(output);
  }

  /** The same with all of its next hops, of which none is chosen; {@code output} is not asked. */
  public @Nullable Route find(FlowKey key) {
    return rules.isStanding() ? standing(key) : rules.lookup(key);
  }

  private @Nullable Route standing(FlowKey key) {
    Route route = local.lookup(key);
    if (route == null || route.type() == Route.Type.THROW) {
      route = main.lookup(key);
    }
    if (v4 && (route == null || route.type() == Route.Type.THROW)) {
      route = last.lookup(key);
    }
    return route == null || route.type() == Route.Type.THROW ? null : route;
  }

  /** {@code fib_multipath_hash}, {@code rt6_multipath_hash}: 31 bits. */
  private int hash(FlowKey key) {
    long above = v4 ? 0 : (long) key.flowLabel << 8 | key.protocol;
    if (policy == HashPolicy.PORTS) {
      above = (long) key.sourcePort << 24 | (long) key.destinationPort << 8 | key.protocol;
    }
    return (int) (hash.hash(key.srcHi, key.srcLo, key.dstHi, key.dstLo, above) >>> 33);
  }

  /** The route for a destination of a packet of which nothing else is known; or null. */
  public @Nullable Route lookup(long hi, long lo) {
    return lookup(plain.to(hi, lo));
  }

  /**
   * The route for a destination by one device, or null where there is none. A route that refuses is
   * none either.
   */
  public @Nullable Route lookup(long hi, long lo, NetDevice device) {
    return lookup(plain.to(hi, lo).by(device));
  }

  /** The first route in the order of look-up that suits, with table and prefix; or null. */
  public @Nullable RouteEntry match(FlowKey key, Predicate<Route> suits) {
    return rules.match(key, suits);
  }

  /** The same for a packet of which no more than the destination is known. */
  public @Nullable RouteEntry match(IpAddress to, Predicate<Route> suits) {
    return match(new FlowKey().to(to.hi(), to.lo()), suits);
  }

  /**
   * The type of an address as the table local has it; of others UNICAST ({@code inet_addr_type}).
   */
  public Route.Type addressType(long hi, long lo) {
    return local.typeOf(hi, lo);
  }

  /** The first route that the table local has for an address, or null. */
  public @Nullable Route localRoute(long hi, long lo) {
    return local.first(hi, lo);
  }

  Route.Type addressType(IpAddress address) {
    return addressType(address.hi(), address.lo());
  }

  /** The device that has an address of ours as the table local has it, or null. */
  public @Nullable NetDevice deviceOf(long hi, long lo) {
    Route route = local.first(hi, lo);
    return route == null || route.type() != Route.Type.LOCAL ? null : route.device();
  }

  // ---- who is told

  /** Tells of all changes from now on. */
  public void addListener(RouteListener listener) {
    listeners.add(listener);
  }

  /** Tells it nothing more. */
  public void removeListener(RouteListener listener) {
    listeners.remove(listener);
  }

  private void tell(RouteEntry entry, boolean gone) {
    for (int i = 0; i < listeners.size() && !silent; i++) {
      listeners.get(i).route(entry, gone);
    }
  }

  void tell(Rule rule, boolean gone) {
    for (int i = 0; i < listeners.size(); i++) {
      listeners.get(i).rule(v4, rule, gone);
    }
  }

  // ---- changes

  /**
   * Puts a route in that an administrator or a protocol wants, after Linux's checks ({@code
   * fib_create_info}, {@code ip6_route_info_create}), which complete it: the device of a gateway,
   * the metric of IPv6.
   *
   * @throws RouteRefusedException with Linux's error and sentence; nothing has changed
   */
  public void change(RouteEntry wanted, RouteChange how) throws RouteRefusedException {
    put(checks.complete(wanted), how);
  }

  /**
   * Refuses a route as {@link #change} would now, whatever is there already.
   *
   * @throws RouteRefusedException with Linux's error and sentence
   */
  public void check(RouteEntry wanted) throws RouteRefusedException {
    checks.complete(wanted);
  }

  /** Puts a route in that the namespace itself makes; one that is there already stays. */
  public void add(long table, IpAddress to, int prefix, Route route) {
    try {
      put(new RouteEntry(table, to, prefix, route), RouteChange.APPEND);
    } catch (RouteRefusedException e) {
      // EEXIST: as fib_magic and addrconf take it
    }
  }

  /**
   * Puts a route in that a router has told of: never a sibling of another one, behind those of its
   * metric ({@code rt6_qualify_for_ecmp} leaves out what {@code RTF_ADDRCONF} has).
   */
  public void addAlone(RouteEntry entry) {
    try {
      insert(table(entry.table()), entry, RouteChange.APPEND);
    } catch (RouteRefusedException e) {
      // EEXIST: it is there
    }
  }

  private void put(RouteEntry entry, RouteChange how) throws RouteRefusedException {
    RouteTable table = table(entry.table());
    Route known =
        v4 || how.replaces() || entry.route().gateway() == null
            ? null
            : table.sibling(entry.destination(), entry.prefix(), entry.route());
    if (known != null) {
      join(entry, known, how);
      return;
    }
    insert(table, entry, how);
  }

  private void insert(RouteTable table, RouteEntry entry, RouteChange how)
      throws RouteRefusedException {
    RouteEntry mine = shared.take(entry);
    try {
      Route replaced = table.insert(entry.destination(), entry.prefix(), mine.route(), how);
      if (replaced != null) {
        shared.release(entry.with(replaced));
      }
      tell(mine, false);
    } catch (RouteRefusedException e) {
      shared.release(mine);
      throw e;
    }
  }

  /** {@code fib6_add_rt2node}: a further gateway is a sibling of those that are there. */
  private void join(RouteEntry entry, Route known, RouteChange how) throws RouteRefusedException {
    List<Multipath.Hop> mine = known.allHops();
    List<Multipath.Hop> more = entry.route().allHops();
    boolean twice =
        more.stream().anyMatch(hop -> mine.stream().anyMatch(other -> other.isSameWay(hop)));
    if (how == RouteChange.ADD || twice) {
      throw new RouteRefusedException(Errno.EEXIST);
    }
    swap(entry.with(known), known.withHops(Multipath.joined(mine, more)));
  }

  private void swap(RouteEntry old, Route route) {
    RouteEntry mine = shared.take(old.with(route));
    table(old.table()).swap(old.destination(), old.prefix(), old.route(), mine.route());
    shared.release(old);
    tell(mine, false);
  }

  /**
   * Takes the first route of a prefix that suits away.
   *
   * @return the route
   * @throws RouteRefusedException {@code ESRCH} where there is none
   */
  public Route remove(long table, IpAddress to, int prefix, Predicate<Route> suits)
      throws RouteRefusedException {
    RouteTable from = tables.get(table);
    Route gone = from == null ? null : from.remove(to, prefix, suits);
    if (gone == null) {
      throw new RouteRefusedException(Errno.ESRCH);
    }
    RouteEntry entry = new RouteEntry(table, to, prefix, gone);
    shared.release(entry);
    tell(entry, true);
    return gone;
  }

  /**
   * Takes the first next hop of a prefix away that suits, and the route with the last one ({@code
   * ip6_route_del} with a gateway).
   *
   * @param suits asked of the way of each hop
   * @throws RouteRefusedException {@code ESRCH} where there is none
   */
  public void removeHop(long table, IpAddress to, int prefix, Predicate<Route> suits)
      throws RouteRefusedException {
    RouteTable from = tables.get(table);
    for (Route route : from == null ? List.<Route>of() : from.of(to, prefix)) {
      for (Multipath.Hop hop : route.allHops()) {
        if (suits.test(hop.way())) {
          removeHop(new RouteEntry(table, to, prefix, route), hop);
          return;
        }
      }
    }
    throw new RouteRefusedException(Errno.ESRCH);
  }

  private void removeHop(RouteEntry entry, Multipath.Hop hop) {
    List<Multipath.Hop> rest = new ArrayList<>(entry.route().allHops());
    rest.remove(hop);
    if (rest.isEmpty()) {
      remove(entry);
    } else {
      swap(entry, entry.route().withHops(rest));
    }
  }

  /** Takes a route away that was listed; nothing where it has gone meanwhile. */
  public void remove(RouteEntry entry) {
    RouteTable from = tables.get(entry.table());
    Route route = entry.route();
    if (from != null && from.remove(entry.destination(), entry.prefix(), route::equals) != null) {
      shared.release(entry);
      tell(entry, true);
    }
  }

  /** Takes away all routes that suit: a look at each. Returns how many. */
  public int removeAll(Predicate<RouteEntry> suits) {
    List<RouteEntry> going = new ArrayList<>();
    forEach(entry -> {
      if (suits.test(entry)) {
        going.add(entry);
      }
    });
    going.forEach(this::remove);
    return going.size();
  }

  /**
   * The prefixes of all routes that say what suits. Costs what they are, and a look at each table
   * where one route has many ({@link SharedRoutes#MANY}).
   */
  public List<RouteEntry> entriesOf(Predicate<Route> suits) {
    return shared.entriesOf(suits, this::forEach);
  }

  /**
   * Removes what leads to a device that has gone ({@code fib_sync_down_dev}, {@code fib6_ifdown}):
   * of IPv4 every route that names it, of IPv6 its next hops.
   */
  public void removeDevice(NetDevice device) {
    removeHops(device, !v4);
  }

  /**
   * The last address of a device of IPv4 has gone ({@code fib_disable_ip}): its routes go, of those
   * with several next hops the ones by it. (Linux keeps these as dead ones.)
   */
  public void addressesGone(NetDevice device) {
    removeHops(device, true);
  }

  /** Lets routes of many prefixes go, by and by; those of few stay for the caller. */
  private void killMany(Predicate<Route> suits) {
    if (!shared.kill(suits)) {
      return;
    }
    unswept.clear();
    unswept.addAll(tables.values());
    cursor = new PrefixTree.Cursor();
    if (!sweeping) {
      sweeping = true;
      sweepLater();
    }
  }

  private void sweepLater() {
    Consumer<Runnable> execute = later;
    if (execute == null) {
      while (sweeping) {
        sweepSome();
      }
    } else {
      execute.accept(() -> {
        sweepSome();
        if (sweeping) {
          sweepLater();
        }
      });
    }
  }

  private void sweepSome() {
    RouteTable table = unswept.peek();
    if (table == null) {
      dying.clear();
      sweeping = false;
      return;
    }
    table.sweep(
        cursor,
        entry -> {
          if (!v4) {
            tell(entry, true);
          }
        });
    if (cursor.isDone()) {
      unswept.poll();
      cursor = new PrefixTree.Cursor();
    }
  }

  private void removeHops(NetDevice device, boolean keepOthers) {
    killMany(route -> route.uses(device) && (!keepOthers || route.hops() == null));
    silent = v4;
    for (RouteEntry entry : entriesOf(route -> route.uses(device))) {
      List<Multipath.Hop> rest =
          !keepOthers
              ? List.of()
              : entry.route().allHops().stream()
                  .filter(hop -> !device.equals(hop.way().device()))
                  .toList();
      if (rest.isEmpty()) {
        remove(entry);
      } else {
        swap(entry, entry.route().withHops(rest));
      }
    }
    silent = false;
  }

  /**
   * Removes the routes that a device that is down now leaves without any next hop; addresses of
   * IPv4 stay ({@code fib_disable_ip}, {@code rt6_sync_down_dev}).
   */
  public void deviceDown(NetDevice device) {
    killMany(route -> route.uses(device) && isDead(route));
    silent = v4;
    entriesOf(route -> route.uses(device) && isDead(route)).forEach(this::remove);
    silent = false;
  }

  private boolean isDead(Route route) {
    Multipath hops = route.hops();
    return hops == null ? !v4 || route.type() != Route.Type.LOCAL : hops.isDead();
  }
}
