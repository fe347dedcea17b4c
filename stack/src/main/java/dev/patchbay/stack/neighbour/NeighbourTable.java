package dev.patchbay.stack.neighbour;

import dev.patchbay.stack.conf.NeighbourKey;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.neighbour.Neighbour.State;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The neighbours of a namespace: who is there, how many there may be, who goes (Linux: {@code
 * neigh_table}). What becomes of one of them is {@link NudMachine}'s.
 *
 * <p>One table for both families, bounded where Linux has {@code gc_thresh3} of 1024 for each: 250
 * guests with three addresses each are more than Linux's {@code gc_thresh2}. A full table refuses
 * nobody, as Linux's does: the entry that was of no use for longest gives way, and a port that
 * claims addresses without end pushes out its own. Below {@code gc_thresh1} none is collected.
 */
public final class NeighbourTable {
  /** How an unknown neighbour is asked for. */
  public interface Solicitor {
    /**
     * Sends a request: to the neighbour alone where its address is known, else to all.
     *
     * @param waiting the packet for whose sake it is asked, or null
     */
    void solicit(Neighbour neighbour, @Nullable Packet waiting);
  }

  /** Told of packets whose neighbour did not answer. */
  public interface FailureHandler {
    /** Takes the packet: an IP packet with l3 set. */
    void unreachable(Packet packet);
  }

  /** Told when an address is seen at a port. */
  @FunctionalInterface
  public interface Listener {
    /** {@code neighbour} is new, or changed its link-layer address or port. */
    void changed(Neighbour neighbour);
  }

  /** Is told of states ({@code RTM_NEWNEIGH}, {@code RTM_DELNEIGH}). On the loop. */
  @FunctionalInterface
  public interface StateListener {
    /**
     * An entry has another state or address, or has gone; while it is asked for nothing is told.
     */
    void state(Neighbour neighbour, boolean gone);
  }

  /** Entries in all (Linux: gc_thresh3). */
  public static final int LIMIT = 4096;

  /**
   * Entries that were heard of behind one port: a guest that claims addresses without end pushes
   * out its own.
   */
  public static final int LIMIT_PER_PORT = 1024;

  /** Entries among which the one to go is chosen: a search of all would be the attack. */
  private static final int SAMPLE = 64;

  /** {@code gc_thresh1}: of fewer entries, here those of one port, none is collected. */
  static final int FEW = 128;

  /** Another reachable time is chosen each 300 s (Linux; RFC 4861: every few hours). */
  private static final int COLLECTIONS_PER_TIME = 20;

  private static final long LEAST_COLLECTION = 1_000_000_000L;

  private static final int SLOTS = LIMIT * 4;

  private final EventLoop loop;
  private final RandomSource random;
  private final long key;
  private final @Nullable Neighbour[] slots = new Neighbour[SLOTS];
  private final Map<NetDevice, int[]> byPort = new HashMap<>();
  private int count;
  private int cursor;
  private final List<Listener> listeners = new ArrayList<>();
  private final NeighbourSettings default4;
  private final NeighbourSettings default6;
  private final Map<NetDevice, NeighbourSettings> settings4 = new HashMap<>();
  private final Map<NetDevice, NeighbourSettings> settings6 = new HashMap<>();
  private final NudMachine machine;
  private final List<StateListener> stateListeners = new ArrayList<>();
  private final ProxyTable proxies;
  private final Timer collector;
  private int collections;

  public NeighbourTable(EventLoop loop, RandomSource random) {
    this.loop = loop;
    this.random = random.derive("neighbour");
    this.key = this.random.nextLong();
    default4 = new NeighbourSettings(this.random);
    default6 = new NeighbourSettings(this.random);
    machine = new NudMachine(loop);
    proxies = new ProxyTable(loop, this.random);
    collector = loop.timer(this::collect);
  }

  /** What new devices have for a family; live. */
  public NeighbourSettings defaults(boolean v4) {
    return v4 ? default4 : default6;
  }

  /** Sets what new devices have, and those that have no value of their own. */
  public void setDefault(boolean v4, NeighbourKey key, int value) {
    defaults(v4).set(key, value);
    (v4 ? settings4 : settings6).values().forEach(own -> own.follow(key, value));
  }

  /** What a device has for a family; live. */
  public NeighbourSettings settings(NetDevice device, boolean v4) {
    Map<NetDevice, NeighbourSettings> all = v4 ? settings4 : settings6;
    NeighbourSettings own = all.get(device);
    if (own == null) {
      own = new NeighbourSettings(random);
      own.inherit(defaults(v4));
      all.put(device, own);
    }
    return own;
  }

  /** For whom we answer. */
  public ProxyTable proxies() {
    return proxies;
  }

  /** Connects the protocols. */
  public void connect(Solicitor arpProtocol, Solicitor ndpProtocol, FailureHandler handler) {
    machine.connect(arpProtocol, ndpProtocol, handler);
  }

  /** Who is told of new and moved neighbours. */
  public void addListener(Listener listener) {
    listeners.add(listener);
  }

  private int slot(long hi, long lo, NetDevice device) {
    long h = (hi ^ key) * 0x9e3779b97f4a7c15L ^ lo + device.index();
    h = (h ^ h >>> 29) * 0xd6e8feb86659fd93L;
    return (int) (h >>> 40) & SLOTS - 1;
  }

  /** The entry, or null. */
  public @Nullable Neighbour find(long hi, long lo, NetDevice device) {
    int at = slot(hi, lo, device);
    for (Neighbour n = slots[at]; n != null; n = slots[at]) {
      if (n.lo == lo && n.hi == hi && n.device.equals(device)) {
        return n;
      }
      at = at + 1 & SLOTS - 1;
    }
    return null;
  }

  /** A new entry in state NONE; null where the table is full of permanent ones. */
  public @Nullable Neighbour create(long hi, long lo, NetDevice device) {
    if (count >= LIMIT && !evict(null)) {
      return null;
    }
    NeighbourSettings settings = settings(device, Addresses.isV4(hi, lo));
    Neighbour neighbour = new Neighbour(hi, lo, device, settings);
    neighbour.timer = loop.timer(() -> expire(neighbour));
    neighbour.used = loop.now();
    neighbour.updated = loop.now();
    neighbour.confirmed = loop.now() - 2 * settings.baseReachableTime();
    insert(neighbour);
    if (!collector.isArmed()) {
      collector.arm(loop.now() + Math.max(default4.baseReachableTime() / 2, LEAST_COLLECTION));
    }
    return neighbour;
  }

  private void insert(Neighbour neighbour) {
    int at = slot(neighbour.hi, neighbour.lo, neighbour.device);
    while (slots[at] != null) {
      at = at + 1 & SLOTS - 1;
    }
    slots[at] = neighbour;
    count++;
  }

  /**
   * Makes room: of a sample the entry that was used longest ago, those without an answer first,
   * permanent ones never.
   *
   * @param port whose entries are meant, or null for all
   */
  private boolean evict(@Nullable NetDevice port) {
    Neighbour oldest = null;
    int found = 0;
    for (int i = 0; i < SLOTS && found < SAMPLE; i++) {
      cursor = cursor + 1 & SLOTS - 1;
      Neighbour n = slots[cursor];
      if (n != null && !n.state.isFixed() && (port == null || port.equals(n.port))) {
        found++;
        oldest = oldest == null || goesBefore(n, oldest) ? n : oldest;
      }
    }
    if (oldest != null) {
      remove(oldest);
    }
    return oldest != null;
  }

  private static boolean goesBefore(Neighbour a, Neighbour b) {
    return a.state.isValid() == b.state.isValid() ? lastUse(a) < lastUse(b) : !a.state.isValid();
  }

  private static long lastUse(Neighbour n) {
    return Math.max(n.used, Math.max(n.confirmed, n.heard));
  }

  /**
   * Each half of the base reachable time: where there are more than a few, those go that failed or
   * were of no use for long ({@code neigh_periodic_work}).
   */
  private void collect() {
    if (++collections % COLLECTIONS_PER_TIME == 0) {
      settings4.values().forEach(NeighbourSettings::chooseReachableTime);
      settings6.values().forEach(NeighbourSettings::chooseReachableTime);
    }
    // by port: what one guest claims shall not make the others forgotten
    Set<NetDevice> crowded = new HashSet<>();
    byPort.forEach((port, box) -> {
      if (box[0] >= FEW) {
        crowded.add(port);
      }
    });
    boolean many = count >= FEW;
    for (Neighbour n : entries()) {
      NetDevice port = n.port;
      boolean goes = port == null ? many : crowded.contains(port);
      if (goes && !n.state.isFixed() && !n.state.isTimed() && isOfNoUse(n)) {
        remove(n);
      }
    }
    if (count > 0) {
      collector.arm(loop.now() + Math.max(default4.baseReachableTime() / 2, LEAST_COLLECTION));
    }
  }

  private boolean isOfNoUse(Neighbour n) {
    return n.state == State.FAILED || loop.now() - lastUse(n) >= n.settings.gcStaleTime();
  }

  /** Entries that were heard of behind a port. */
  public int countOf(NetDevice port) {
    int[] box = byPort.get(port);
    return box == null ? 0 : box[0];
  }

  private void addTo(@Nullable NetDevice port, int change) {
    if (port != null) {
      int[] box = byPort.computeIfAbsent(port, p -> new int[1]);
      box[0] += change;
      if (box[0] == 0) {
        byPort.remove(port);
      }
    }
  }

  /**
   * Notes behind which port an entry is; one more than a port may have costs another of its own.
   */
  private void movePort(Neighbour neighbour, NetDevice port) {
    if (port.equals(neighbour.port)) {
      return;
    }
    if (countOf(port) >= LIMIT_PER_PORT) {
      evict(port);
    }
    addTo(neighbour.port, -1);
    addTo(port, 1);
    neighbour.port = port;
  }

  /** Tells of states from now on. */
  public void addStateListener(StateListener listener) {
    stateListeners.add(listener);
  }

  /** Tells it nothing more. */
  public void removeStateListener(StateListener listener) {
    stateListeners.remove(listener);
  }

  /** Tells of what is news to others ({@code neigh_update_notify}). */
  private void tell(Neighbour neighbour, State before, long mac) {
    State now = neighbour.state;
    boolean news = now != before || neighbour.mac != mac;
    if (news && now != State.INCOMPLETE && now != State.DELAY && now != State.NONE) {
      for (int i = 0; i < stateListeners.size(); i++) {
        stateListeners.get(i).state(neighbour, false);
      }
    }
  }

  private void expire(Neighbour neighbour) {
    State before = neighbour.state;
    machine.expire(neighbour);
    tell(neighbour, before, neighbour.mac);
  }

  private boolean update(Neighbour neighbour, long mac, State wanted, int flags) {
    State before = neighbour.state;
    long address = neighbour.mac;
    boolean done = machine.update(neighbour, mac, wanted, flags);
    tell(neighbour, before, address);
    return done;
  }

  /** Removes an entry by hand ({@code neigh_delete}): who looks on hears first that it failed. */
  public void delete(Neighbour neighbour) {
    update(neighbour, -1, State.FAILED, NudMachine.ADMIN | NudMachine.OVERRIDE);
    remove(neighbour);
  }

  /** Removes an entry with what waits for it. */
  public void remove(Neighbour neighbour) {
    machine.cancel(neighbour);
    neighbour.queue.clear(DropReason.NEIGH_DEAD);
    int hole = slot(neighbour.hi, neighbour.lo, neighbour.device);
    while (slots[hole] != null && !neighbour.equals(slots[hole])) {
      hole = hole + 1 & SLOTS - 1;
    }
    if (slots[hole] == null) {
      return;
    }
    slots[hole] = null;
    count--;
    addTo(neighbour.port, -1);
    for (int i = 0; i < stateListeners.size(); i++) {
      stateListeners.get(i).state(neighbour, true);
    }
    // close the gap: what follows in the run may have been pushed past it
    for (int at = hole + 1 & SLOTS - 1; slots[at] != null; at = at + 1 & SLOTS - 1) {
      Neighbour moved = slots[at];
      slots[at] = null;
      count--;
      if (moved != null) {
        insert(moved);
      }
    }
  }

  /** Removes all of a device, what is answered on it for others included ({@code neigh_ifdown}). */
  public void removeDevice(NetDevice device) {
    proxies.removeDevice(device);
    flush(device);
  }

  /** A device goes away: nobody is behind it as a port any more. */
  public void forgetPort(NetDevice port) {
    settings4.remove(port);
    settings6.remove(port);
    for (Neighbour neighbour : entries()) {
      if (port.equals(neighbour.port)) {
        addTo(port, -1);
        neighbour.port = null;
      }
    }
  }

  /** Removes the neighbours of a device ({@code neigh_changeaddr}). */
  public void flush(NetDevice device) {
    for (Neighbour neighbour : entries()) {
      if (neighbour.device.equals(device)) {
        remove(neighbour);
      }
    }
  }

  /** Removes those of IPv6 of a device. */
  public void flush6(NetDevice device) {
    for (Neighbour neighbour : entries()) {
      if (neighbour.device.equals(device) && !Addresses.isV4(neighbour.hi, neighbour.lo)) {
        remove(neighbour);
      }
    }
  }

  /** All entries, a copy. */
  public List<Neighbour> entries() {
    List<Neighbour> all = new ArrayList<>(count);
    for (Neighbour n : slots) {
      if (n != null) {
        all.add(n);
      }
    }
    return all;
  }

  /**
   * Sends an IP packet (head at l3) to a neighbour: now, or when it has answered ({@code
   * neigh_output}).
   */
  public void output(Packet packet, NetDevice device, long hi, long lo) {
    Neighbour neighbour = find(hi, lo, device);
    if (neighbour == null) {
      neighbour = create(hi, lo, device);
      if (neighbour == null) {
        packet.drop(DropReason.NEIGH_CREATEFAIL);
        return;
      }
    }
    if (packet.confirmsNeighbour) {
      packet.confirmsNeighbour = false;
      machine.confirm(neighbour);
    }
    // what it becomes may send what waits: it is known now or this packet waits too
    boolean known = neighbour.state.isValid();
    if (!neighbour.state.isConnected()) {
      machine.send(neighbour, known ? null : packet);
    }
    if (known) {
      send(packet, device, neighbour.mac);
    }
  }

  /** Puts the Ethernet header on and transmits. */
  public static void send(Packet packet, NetDevice device, long mac) {
    int at = packet.push(Ethernet.LENGTH);
    packet.l2 = at;
    Bytes.put48(packet.data, at, mac);
    Bytes.put48(packet.data, at + 6, device.mac());
    Bytes.put16(packet.data, at + 12, packet.isIpv4() ? EtherType.IPV4 : EtherType.IPV6);
    device.transmit(packet);
  }

  /**
   * A neighbour was heard of ({@code neigh_update}).
   *
   * @param solicited it answered us: it is reachable; otherwise only its address is known (stale)
   * @param override replace another address that is known
   * @param create make an entry where there is none
   * @param port bridge port by which it came, or null
   */
  public @Nullable Neighbour learn(
      long hi,
      long lo,
      NetDevice device,
      long mac,
      boolean solicited,
      boolean override,
      boolean create,
      @Nullable NetDevice port) {
    Neighbour neighbour = find(hi, lo, device);
    if (neighbour == null && create) {
      neighbour = create(hi, lo, device);
    }
    if (neighbour != null) {
      int flags = NudMachine.WEAK_OVERRIDE | (override ? NudMachine.OVERRIDE : 0);
      heard(neighbour, mac, solicited ? State.REACHABLE : State.STALE, flags, port);
    }
    return neighbour;
  }

  /**
   * A neighbour was heard of.
   *
   * @param state {@link State#REACHABLE} where it answered us, else {@link State#STALE}
   * @param flags of {@link NudMachine}
   */
  void heard(Neighbour neighbour, long mac, State state, int flags, @Nullable NetDevice port) {
    if (neighbour.state.isFixed()) {
      return;
    }
    boolean known = neighbour.state.isValid();
    long before = neighbour.mac;
    long told = mac == 0 ? NudMachine.UNTOLD : mac;
    if (!update(neighbour, told, state, flags) || mac != 0 && neighbour.mac != mac) {
      return;
    }
    neighbour.heard = loop.now();
    NetDevice behind = port != null ? port : neighbour.device;
    boolean changed = !known || before != neighbour.mac || !behind.equals(neighbour.port);
    movePort(neighbour, behind);
    if (changed) {
      for (int i = 0; i < listeners.size(); i++) {
        listeners.get(i).changed(neighbour);
      }
    }
  }

  /**
   * Changes an entry by hand ({@code ip neigh add}, {@code change}, {@code replace}).
   *
   * @param mac -1 where none was named: the one that is known stays
   * @return false where no link-layer address is known and none was named
   */
  public boolean set(Neighbour neighbour, long mac, State state, boolean router) {
    int flags =
        NudMachine.ADMIN
            | NudMachine.OVERRIDE
            | NudMachine.OVERRIDE_ROUTER
            | (router ? NudMachine.ROUTER : 0);
    return update(neighbour, mac, state, flags);
  }

  /** Says who made an entry (a name or number of {@code rt_protos}). */
  public void protocol(Neighbour neighbour, String protocol) {
    neighbour.protocol = protocol;
  }

  /** Asks for a neighbour, or doubts it, as if a packet were sent ({@code NTF_USE}). */
  public void use(Neighbour neighbour) {
    machine.use(neighbour);
  }

  /**
   * Sets an entry by hand ({@code ip neigh replace … nud permanent}); false where the table is
   * full.
   */
  public boolean permanent(long hi, long lo, NetDevice device, long mac) {
    Neighbour neighbour = find(hi, lo, device);
    if (neighbour == null) {
      neighbour = create(hi, lo, device);
    }
    return neighbour != null && set(neighbour, mac, State.PERMANENT, false);
  }
}
