package dev.patchbay.backend.dhcp;

import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A DHCP server (RFC 2131 section 4.3) as logic alone: a message in, an answer out. Only on its
 * loop.
 */
public final class DhcpServer {
  /** Addresses, offers and memories of former leases that the guests of one port may have. */
  public static final int LEASES_PER_PORT = 64;

  private static final long SECOND = 1_000_000_000L;

  /** How long an offer waits for its REQUEST. */
  private static final long OFFER_TIME = 60 * SECOND;

  /** How long nobody gets an address that a client found in use. */
  private static final long DECLINE_TIME = 600 * SECOND;

  /** A client may ask for a shorter lease than ours, down to this. */
  private static final long LEAST_REQUESTED = 60;

  private static final long FOR_EVER = 0xffff_ffffL;
  private static final Pattern HOSTNAME =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9.-]{0,61}[A-Za-z0-9])?");

  private DhcpSettings settings;
  private final LongSupplier wallTime;
  private final LeaseStore store;
  private final ToLongFunction<String> portMac;
  private final DhcpObserver observer;
  private DhcpReplies replies;
  private final LeaseTable table = new LeaseTable(LEASES_PER_PORT);
  private final DhcpCounters counters = new DhcpCounters();

  /** Who asks: key, MAC, client identifier in hexadecimal digits, port, host name. */
  private record Client(long key, long mac, String id, String port, String hostname) {}

  /**
   * Loads what the store has kept.
   *
   * @param settings what it gives
   * @param wallTime ns since 1970, {@code EventLoop::wallTime}
   * @param store keeps leases
   * @param portMac the configured MAC of the attachment of a port by the port's name, or 0
   * @param observer is told of leases
   */
  public DhcpServer(
      DhcpSettings settings,
      LongSupplier wallTime,
      LeaseStore store,
      ToLongFunction<String> portMac,
      DhcpObserver observer) {
    this.settings = settings;
    this.wallTime = wallTime;
    this.store = store;
    this.portMac = portMac;
    this.observer = observer;
    replies = new DhcpReplies(settings);
    for (Lease lease : store.load()) {
      if (settings.isInPool(lease.ip()) || isReserved(lease.ip())) {
        table.put(lease);
      }
    }
  }

  /** From now on it gives this; what it has given that no longer fits is forgotten. */
  public void settings(DhcpSettings other) {
    settings = other;
    replies = new DhcpReplies(other);
    boolean changed = false;
    for (Lease lease : table.all()) {
      if (!other.isInPool(lease.ip()) && !isReserved(lease.ip())) {
        table.remove(lease.ip());
        changed = true;
      }
    }
    if (changed) {
      save();
    }
  }

  private boolean isReserved(int ip) {
    return settings.hosts().stream().anyMatch(h -> h.ip() == ip);
  }

  /** What it saw and did. */
  public DhcpCounters counters() {
    return counters;
  }

  /** What it gives. */
  public DhcpSettings settings() {
    return settings;
  }

  /** All records by address, with their state now. */
  public List<Lease> leases() {
    long now = wallTime.getAsLong();
    List<Lease> all = table.all();
    all.replaceAll(l -> l.with(l.stateAt(now), l.expires()));
    return all;
  }

  /**
   * Takes a datagram that came to port 67.
   *
   * @param data array with the UDP payload at {@code off}, {@code len} bytes
   * @param port name of the port by which it came
   * @param source its IPv4 source address
   * @return the answer, or null for silence
   */
  @Nullable DhcpAnswer handle(byte[] data, int off, int len, String port, int source) {
    DhcpMessage m = DhcpMessage.parse(data, off, len);
    if (m == null || m.op != DhcpMessage.BOOTREQUEST || m.type() < 0) {
      counters.malformed++;
      return null;
    }
    Client client = client(m, port);
    if (client.key == 0 && client.id.isEmpty()) {
      counters.malformed++;
      return null;
    }
    if (m.giaddr != 0 && !settings.isInSubnet(m.giaddr)) {
      counters.ignored++;
      return null;
    }
    return switch (m.type()) {
      case 0 -> bootp(m, client);
      case DhcpMessage.DISCOVER -> discover(m, client);
      case DhcpMessage.REQUEST -> request(m, client);
      case DhcpMessage.DECLINE -> decline(m, client);
      case DhcpMessage.RELEASE -> release(m, client);
      case DhcpMessage.INFORM -> inform(m, source);
      default -> {
        counters.ignored++;
        yield null;
      }
    };
  }

  private Client client(DhcpMessage m, String port) {
    long mac = Addresses.isGroupMac(m.mac()) ? 0 : m.mac();
    long configured = portMac.applyAsLong(port);
    byte[] id = m.bytes(61);
    String name = new String(m.bytes(12), StandardCharsets.US_ASCII);
    return new Client(
        configured != 0 ? configured : mac,
        mac,
        id.length >= 2 && id.length <= 255 ? Lease.hex(id) : "",
        port,
        HOSTNAME.matcher(name).matches() ? name : "");
  }

  // ---- section 4.3.1

  private @Nullable DhcpAnswer discover(DhcpMessage m, Client client) {
    counters.discover++;
    Lease lease = choose(client, m.address(50));
    if (lease == null) {
      return null;
    }
    counters.offer++;
    return replies.give(m, DhcpMessage.OFFER, lease, seconds(m));
  }

  /** The client's address, recorded at least as an offer; null where there is none. */
  private @Nullable Lease choose(Client client, int requested) {
    long now = wallTime.getAsLong();
    Lease mine = table.of(client.key, client.id, client.port);
    int ip = fixed(client, now);
    if (ip == 0 && mine != null && settings.isInPool(mine.ip())) {
      ip = mine.ip();
    }
    if (mine != null && mine.ip() == ip && mine.holds(now)) {
      Lease same = record(client, ip, mine.state(), mine.expires());
      table.put(same);
      return same;
    }
    if (ip == 0) {
      ip = pick(client, requested, now);
    }
    if (ip == 0) {
      return null;
    }
    Lease offer = record(client, ip, Lease.State.OFFERED, now + OFFER_TIME);
    table.put(offer);
    return offer;
  }

  /** The reserved address of a client, 0 where it has none or another client still holds it. */
  private int fixed(Client client, long now) {
    DhcpSettings.Host host = settings.hostOf(client.key, client.mac, client.id);
    return host != null && isAvailable(host.ip(), client, now) ? host.ip() : 0;
  }

  private boolean isAvailable(int ip, Client client, long now) {
    Lease mine = table.of(client.key, client.id, client.port);
    return table.isFree(ip, now) || mine != null && mine.ip() == ip;
  }

  /** What it asks for, else the lowest that nobody ever had, else the one unused for longest. */
  private int pick(Client client, int requested, long now) {
    if (!table.makeRoom(client.port, now)) {
      counters.portLimit++;
      return 0;
    }
    if (settings.isInPool(requested) && table.isFree(requested, now)) {
      return requested;
    }
    for (int ip = settings.first(); Integer.compareUnsigned(ip, settings.last()) <= 0; ip++) {
      if (table.at(ip) == null && settings.isInPool(ip)) {
        return ip;
      }
    }
    Lease oldest = table.oldestIdle(now, l -> settings.isInPool(l.ip()));
    if (oldest == null) {
      counters.exhausted++;
      return 0;
    }
    return oldest.ip();
  }

  private static Lease record(Client c, int ip, Lease.State state, long expires) {
    return new Lease(ip, c.key, c.mac, c.id, c.port, c.hostname, state, expires);
  }

  // ---- section 4.3.2

  private @Nullable DhcpAnswer request(DhcpMessage m, Client client) {
    counters.request++;
    int server = m.address(54);
    Lease mine = table.of(client.key, client.id, client.port);
    if (m.options.containsKey(54) && server != settings.server()) {
      // it took another server's offer: ours is free again
      counters.ignored++;
      if (mine != null && mine.state() == Lease.State.OFFERED) {
        table.remove(mine.ip());
      }
      return null;
    }
    int wanted = m.options.containsKey(50) ? m.address(50) : m.ciaddr;
    String fault = fault(client, mine, wanted);
    if (fault != null) {
      counters.nak++;
      return replies.nak(m, fault);
    }
    if ((mine == null || mine.ip() != wanted)
        && !table.makeRoom(client.port, wallTime.getAsLong())) {
      counters.portLimit++;
      return null;
    }
    return bind(m, client, wanted, DhcpMessage.ACK);
  }

  /** Why a client cannot have {@code wanted}, or null if it can. */
  private @Nullable String fault(Client client, @Nullable Lease mine, int wanted) {
    long now = wallTime.getAsLong();
    if (!settings.isInSubnet(wanted)) {
      return "wrong network";
    }
    int fixed = fixed(client, now);
    if (fixed != 0) {
      return fixed == wanted ? null : "another address is reserved";
    }
    if (!settings.isInPool(wanted)) {
      return "address not available";
    }
    if (mine != null && mine.ip() == wanted) {
      return null;
    }
    if (!table.isFree(wanted, now)) {
      return "address in use";
    }
    return mine != null && mine.holds(now) ? "another address is yours" : null;
  }

  private DhcpAnswer bind(DhcpMessage m, Client client, int ip, int type) {
    long seconds = seconds(m);
    long now = wallTime.getAsLong();
    long expires = seconds == FOR_EVER ? Long.MAX_VALUE : now + seconds * SECOND;
    Lease lease = record(client, ip, Lease.State.BOUND, expires);
    table.put(lease);
    counters.ack++;
    changed(lease);
    return replies.give(m, type, lease, seconds);
  }

  /** The time of a lease: ours, or what the client asks for where that is shorter. */
  private long seconds(DhcpMessage m) {
    byte[] value = m.bytes(51);
    if (value.length != 4) {
      return settings.leaseSeconds();
    }
    long asked = Math.max(Bytes.u32(value, 0), LEAST_REQUESTED);
    return Math.min(asked, settings.leaseSeconds());
  }

  /** RFC 951: a client that knows no DHCP gets its address at once. */
  private @Nullable DhcpAnswer bootp(DhcpMessage m, Client client) {
    Lease lease = choose(client, 0);
    return lease == null ? null : bind(m, client, lease.ip(), 0);
  }

  // ---- sections 4.3.3 to 4.3.5

  private @Nullable DhcpAnswer decline(DhcpMessage m, Client client) {
    Lease mine = table.of(client.key, client.id, client.port);
    if (isForOther(m) || mine == null || mine.ip() != m.address(50)) {
      counters.ignored++;
      return null;
    }
    counters.decline++;
    long until = wallTime.getAsLong() + DECLINE_TIME;
    Lease aside =
        new Lease(mine.ip(), 0, mine.mac(), "", client.port, "", Lease.State.DECLINED, until);
    table.put(aside);
    changed(aside);
    return null;
  }

  private @Nullable DhcpAnswer release(DhcpMessage m, Client client) {
    Lease mine = table.of(client.key, client.id, client.port);
    // from another port it is not the client that has it
    if (isForOther(m)
        || mine == null
        || mine.ip() != m.ciaddr
        || !mine.port().equals(client.port)) {
      counters.ignored++;
      return null;
    }
    counters.release++;
    Lease free = mine.with(Lease.State.RELEASED, wallTime.getAsLong());
    table.put(free);
    changed(free);
    return null;
  }

  private @Nullable DhcpAnswer inform(DhcpMessage m, int source) {
    counters.inform++;
    int client = m.ciaddr != 0 ? m.ciaddr : source;
    if (isForOther(m) || !settings.isInSubnet(client)) {
      counters.ignored++;
      return null;
    }
    counters.ack++;
    return replies.inform(m, client);
  }

  private boolean isForOther(DhcpMessage m) {
    return m.options.containsKey(54) && m.address(54) != settings.server();
  }

  // ---- time

  /**
   * Ends what ran out.
   *
   * @return wall-clock ns of the next end, {@link Long#MAX_VALUE} where nothing will end
   */
  public long expire() {
    long now = wallTime.getAsLong();
    long next = Long.MAX_VALUE;
    boolean changed = false;
    for (Lease lease : table.all()) {
      if (lease.state() == Lease.State.RELEASED || lease.state() == Lease.State.EXPIRED) {
        continue;
      }
      if (lease.expires() > now) {
        next = Math.min(next, lease.expires());
      } else if (lease.state() == Lease.State.BOUND) {
        Lease over = lease.with(Lease.State.EXPIRED, lease.expires());
        table.put(over);
        observer.lease(over);
        changed = true;
      } else {
        table.remove(lease.ip());
      }
    }
    if (changed) {
      save();
    }
    return next;
  }

  private void changed(Lease lease) {
    observer.lease(lease);
    save();
  }

  private void save() {
    List<Lease> kept = new ArrayList<>();
    for (Lease lease : table.all()) {
      if (lease.state() != Lease.State.OFFERED) {
        kept.add(lease);
      }
    }
    store.save(kept);
  }
}
