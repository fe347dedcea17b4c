package dev.patchbay.stack.neighbour;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.neighbour.Neighbour.State;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The neighbours of a namespace. Times are Linux's defaults: reachable 30 s (spread from half to
 * one and a half), delay 5 s, three probes of one second.
 */
public final class NeighbourTable {
  /** How an unknown neighbour is asked for. */
  public interface Solicitor {
    /** Sends a request; {@code unicastMac} is 0 for a broadcast or multicast one. */
    void solicit(NetDevice device, long hi, long lo, long unicastMac);
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

  /** Entries in all (Linux: gc_thresh3). */
  public static final int LIMIT = 4096;

  /**
   * Entries that were heard of behind one port: a guest that claims addresses without end pushes
   * out its own.
   */
  public static final int LIMIT_PER_PORT = 1024;

  /** Entries among which the one to go is chosen: a search of all would be the attack. */
  private static final int SAMPLE = 64;

  /** Packets that wait for one neighbour (of Linux's 212 992 bytes: {@code unres_qlen_bytes}). */
  static final int QUEUE_LIMIT = 101;

  private static final long SECOND = 1_000_000_000L;
  private static final long DELAY_PROBE = 5 * SECOND;
  private static final long RETRANSMIT = SECOND;
  private static final int PROBES = 3;
  private static final int SLOTS = LIMIT * 4;

  private final EventLoop loop;
  private final RandomSource random;
  private final long key;
  private final @Nullable Neighbour[] slots = new Neighbour[SLOTS];
  private final Map<NetDevice, int[]> byPort = new HashMap<>();
  private int count;
  private int cursor;
  private @Nullable Solicitor arp;
  private @Nullable Solicitor ndp;
  private @Nullable FailureHandler failures;
  private final List<Listener> listeners = new ArrayList<>();

  public NeighbourTable(EventLoop loop, RandomSource random) {
    this.loop = loop;
    this.random = random.derive("neighbour");
    this.key = this.random.nextLong();
  }

  /** Connects the protocols. */
  public void connect(Solicitor arpProtocol, Solicitor ndpProtocol, FailureHandler handler) {
    arp = arpProtocol;
    ndp = ndpProtocol;
    failures = handler;
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

  private @Nullable Neighbour create(long hi, long lo, NetDevice device) {
    if (count >= LIMIT && !evict(null)) {
      return null;
    }
    Neighbour neighbour = new Neighbour(hi, lo, device);
    neighbour.timer = loop.timer(() -> expire(neighbour));
    insert(neighbour);
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
      if (n != null && n.state != State.PERMANENT && (port == null || port.equals(n.port))) {
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
    return a.state.usable() == b.state.usable() ? a.used < b.used : !a.state.usable();
  }

  /** Entries that were heard of behind a port. */
  public int countOf(NetDevice port) {
    int[] box = byPort.get(port);
    return box == null ? 0 : box[0];
  }

  private void addTo(@Nullable NetDevice port, int change) {
    if (port != null) {
      byPort.computeIfAbsent(port, p -> new int[1])[0] += change;
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

  /** Removes an entry with what waits for it. */
  public void remove(Neighbour neighbour) {
    cancel(neighbour);
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

  /** Removes all of a device. */
  public void removeDevice(NetDevice device) {
    for (Neighbour neighbour : entries()) {
      if (neighbour.device.equals(device)) {
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
    neighbour.used = loop.now();
    if (neighbour.state.usable()) {
      if (neighbour.state == State.STALE) {
        neighbour.state = State.DELAY;
        arm(neighbour, DELAY_PROBE);
      }
      send(packet, device, neighbour.mac);
      return;
    }
    if (neighbour.queue.count() >= QUEUE_LIMIT) {
      packet.drop(DropReason.NEIGH_QUEUEFULL);
      return;
    }
    neighbour.queue.add(packet);
    if (neighbour.state == State.FAILED || neighbour.probes == 0) {
      neighbour.state = State.INCOMPLETE;
      neighbour.probes = 1;
      arm(neighbour, RETRANSMIT);
      solicit(neighbour, 0);
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

  private void arm(Neighbour neighbour, long after) {
    if (neighbour.timer != null) {
      neighbour.timer.arm(loop.now() + after);
    }
  }

  private void cancel(Neighbour neighbour) {
    if (neighbour.timer != null) {
      neighbour.timer.cancel();
    }
  }

  private void solicit(Neighbour neighbour, long unicastMac) {
    Solicitor by = Addresses.isV4(neighbour.hi, neighbour.lo) ? arp : ndp;
    if (by != null) {
      by.solicit(neighbour.device, neighbour.hi, neighbour.lo, unicastMac);
    }
  }

  /** The timer of one entry ran out; what follows depends on its state (RFC 4861 appendix C). */
  private void expire(Neighbour neighbour) {
    switch (neighbour.state) {
      case INCOMPLETE -> probeAgain(neighbour, 0);
      case REACHABLE -> neighbour.state = State.STALE;
      case DELAY -> {
        neighbour.state = State.PROBE;
        neighbour.probes = 0;
        probeAgain(neighbour, neighbour.mac);
      }
      case PROBE -> probeAgain(neighbour, neighbour.mac);
      case STALE, FAILED, PERMANENT -> {}
    }
  }

  private void probeAgain(Neighbour neighbour, long unicastMac) {
    if (neighbour.probes < PROBES) {
      neighbour.probes++;
      arm(neighbour, RETRANSMIT);
      solicit(neighbour, unicastMac);
      return;
    }
    neighbour.state = State.FAILED;
    neighbour.probes = 0;
    for (Packet packet = neighbour.queue.poll(); packet != null; packet = neighbour.queue.poll()) {
      if (failures != null) {
        failures.unreachable(packet);
      } else {
        packet.drop(DropReason.NEIGH_FAILED);
      }
    }
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
    if (neighbour == null) {
      neighbour = create ? create(hi, lo, device) : null;
      if (neighbour == null) {
        return null;
      }
      neighbour.used = loop.now();
    }
    if (neighbour.state == State.PERMANENT) {
      return neighbour;
    }
    boolean known = neighbour.state.usable();
    if (known && neighbour.mac != mac && !override) {
      // RFC 4861 section 7.2.5: an address that may not be overridden makes a reachable one stale
      if (neighbour.state == State.REACHABLE) {
        neighbour.state = State.STALE;
      }
      return neighbour;
    }
    boolean changed =
        !known || neighbour.mac != mac || port != null && !port.equals(neighbour.port);
    boolean moved = known && neighbour.mac != mac;
    neighbour.mac = mac;
    if (port != null) {
      movePort(neighbour, port);
    }
    neighbour.confirmed = loop.now();
    if (solicited) {
      neighbour.state = State.REACHABLE;
      neighbour.probes = 0;
      arm(neighbour, 15 * SECOND + (long) (random.nextDouble() * 30 * SECOND));
    } else if (!known || moved) {
      neighbour.state = State.STALE;
      neighbour.probes = 0;
      cancel(neighbour);
    }
    flush(neighbour);
    if (changed) {
      for (int i = 0; i < listeners.size(); i++) {
        listeners.get(i).changed(neighbour);
      }
    }
    return neighbour;
  }

  private void flush(Neighbour neighbour) {
    for (Packet packet = neighbour.queue.poll(); packet != null; packet = neighbour.queue.poll()) {
      send(packet, neighbour.device, neighbour.mac);
    }
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
    if (neighbour == null) {
      return false;
    }
    cancel(neighbour);
    neighbour.mac = mac;
    neighbour.state = State.PERMANENT;
    neighbour.confirmed = loop.now();
    flush(neighbour);
    return true;
  }
}
