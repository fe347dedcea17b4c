package dev.patchbay.backend.dhcp6;

import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.backend.dhcp6.Dhcp6Message.Option;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A DHCPv6 server (RFC 8415 section 18.3) as logic alone: a message in, an answer out. */
public final class Dhcp6Server {
  /** Addresses and memories of former leases that the guests of one port may have. */
  public static final int LEASES_PER_PORT = 64;

  /** Associations of one message; more are passed over. */
  private static final int MAX_ASSOCIATIONS = 8;

  private static final int NO_ADDRS_AVAIL = 2;
  private static final int NO_BINDING = 3;
  private static final int NOT_ON_LINK = 4;
  private static final int USE_MULTICAST = 5;
  private static final int NO_PREFIX_AVAIL = 6;
  private static final int MAX_DUID = 130;
  private static final long SECOND = 1_000_000_000L;
  private static final long FOREVER = 0xffff_ffffL;
  private static final long OFFER_TIME = 60 * SECOND;
  private static final long DECLINE_TIME = 600 * SECOND;

  private Dhcp6Settings settings;
  private final LongSupplier wallTime;
  private final Consumer<Lease6> observer;
  private final Consumer<List<Lease6>> store;
  private final Lease6Table table = new Lease6Table(LEASES_PER_PORT);
  private long malformed;
  private long ignored;
  private long refused;

  /** Whether the message at hand has changed a lease. */
  private boolean dirty;

  /**
   * @param wallTime ns since 1970
   * @param kept what an earlier server gave
   * @param store keeps leases
   * @param observer is told of leases
   */
  public Dhcp6Server(
      Dhcp6Settings settings,
      LongSupplier wallTime,
      List<Lease6> kept,
      Consumer<List<Lease6>> store,
      Consumer<Lease6> observer) {
    this.settings = settings;
    this.wallTime = wallTime;
    this.observer = observer;
    this.store = store;
    kept.stream().filter(lease -> isInPool(lease.ip())).forEach(table::put);
  }

  /** What it gives. */
  public Dhcp6Settings settings() {
    return settings;
  }

  /** From now on it gives this; what it has given that no longer fits is forgotten. */
  public void settings(Dhcp6Settings other) {
    settings = other;
    table.all().stream().filter(l -> !isInPool(l.ip())).forEach(l -> table.remove(l.ip()));
  }

  /** Messages that were none. */
  public long malformed() {
    return malformed;
  }

  /** Messages for other servers, of relays, or sent to where they must not be. */
  public long ignored() {
    return ignored;
  }

  /** Addresses that were not given since there was none, or the port had its share. */
  public long refused() {
    return refused;
  }

  /** All records by address, with their state now. */
  public List<Lease6> leases() {
    long now = wallTime.getAsLong();
    List<Lease6> all = table.all();
    all.replaceAll(l ->
        l.state() != Lease.State.RELEASED && l.expires() <= now
            ? l.with(Lease.State.EXPIRED, l.expires())
            : l);
    return all;
  }

  private boolean isInPool(IpAddress ip) {
    Dhcp6Settings.Pool pool = settings.pool();
    return pool != null && pool.contains(ip);
  }

  /** Who asks. */
  private record Client(byte[] id, String duid, long mac, String port) {}

  /**
   * Takes a datagram that came to port 547.
   *
   * @param b array with the UDP payload at {@code off}, {@code len} bytes
   * @param port name of the port by which it came
   * @param multicast whether it was sent to all servers
   * @return the answer to its source, or null for silence
   */
  public byte @Nullable [] handle(byte[] b, int off, int len, String port, boolean multicast) {
    Dhcp6Message m = Dhcp6Message.parse(b, off, len);
    if (m == null) {
      malformed++;
      return null;
    }
    byte[] id = m.first(Dhcp6Message.CLIENT_ID);
    byte[] server = m.first(Dhcp6Message.SERVER_ID);
    boolean forUs = server != null && Arrays.equals(server, duid());
    boolean good =
        switch (m.type()) {
          case Dhcp6Message.SOLICIT, Dhcp6Message.CONFIRM, Dhcp6Message.REBIND ->
              id != null && server == null && multicast;
          case Dhcp6Message.REQUEST,
              Dhcp6Message.RENEW,
              Dhcp6Message.RELEASE,
              Dhcp6Message.DECLINE ->
              id != null && forUs;
          case Dhcp6Message.INFORMATION_REQUEST ->
              (server == null || forUs) && multicast && !asksForAddresses(m); // section 16.12
          default -> false;
        };
    if (!good || id != null && (id.length < 3 || id.length > MAX_DUID)) {
      ignored++;
      return null;
    }
    byte[] known = id == null ? new byte[0] : id;
    Client client = new Client(known, HexFormat.of().formatHex(known), mac(known), port);
    byte[] answer = answer(m, client, multicast);
    if (dirty) {
      save(); // once, whatever the number of associations
    }
    return answer;
  }

  private static boolean asksForAddresses(Dhcp6Message m) {
    return m.first(Dhcp6Message.IA_NA) != null
        || m.first(Dhcp6Message.IA_TA) != null
        || m.first(Dhcp6Message.IA_PD) != null;
  }

  private byte @Nullable [] answer(Dhcp6Message m, Client client, boolean multicast) {
    List<Option> out = new ArrayList<>();
    if (client.id.length > 0) {
      out.add(new Option(Dhcp6Message.CLIENT_ID, client.id));
    }
    out.add(new Option(Dhcp6Message.SERVER_ID, duid()));
    if (!multicast) {
      // section 18.4: nobody was told that we take it by unicast
      out.add(status(USE_MULTICAST, "use multicast"));
      return new Dhcp6Message(Dhcp6Message.REPLY, m.transaction(), out).emit();
    }
    boolean rapid = m.type() == Dhcp6Message.SOLICIT && m.first(Dhcp6Message.RAPID_COMMIT) != null;
    boolean answered =
        switch (m.type()) {
          case Dhcp6Message.CONFIRM -> confirm(m, out);
          case Dhcp6Message.RELEASE, Dhcp6Message.DECLINE -> giveBack(m, client, out);
          case Dhcp6Message.INFORMATION_REQUEST -> true;
          default -> give(m, client, rapid, out);
        };
    if (!answered) {
      return null;
    }
    // without an address there is nothing to commit to (section 18.3.1)
    boolean committed = rapid && out.stream().anyMatch(o -> o.code() == Dhcp6Message.IA_NA);
    int type =
        m.type() == Dhcp6Message.SOLICIT && !committed
            ? Dhcp6Message.ADVERTISE
            : Dhcp6Message.REPLY;
    if (committed) {
      out.add(new Option(Dhcp6Message.RAPID_COMMIT, new byte[0]));
    }
    if (m.type() != Dhcp6Message.CONFIRM
        && m.type() != Dhcp6Message.RELEASE
        && m.type() != Dhcp6Message.DECLINE) {
      configure(out);
    }
    return new Dhcp6Message(type, m.transaction(), out).emit();
  }

  /** Our identifier: DUID-LL (section 11.4). */
  private byte[] duid() {
    byte[] duid = new byte[10];
    duid[1] = 3;
    duid[3] = 1;
    Bytes.put48(duid, 4, settings.mac());
    return duid;
  }

  /** The Ethernet address of DUID-LLT and DUID-LL, else 0. */
  private static long mac(byte[] duid) {
    if (duid.length == 14 && Bytes.i32(duid, 0) == 0x0001_0001) {
      return Bytes.u48(duid, 8);
    }
    return duid.length == 10 && Bytes.i32(duid, 0) == 0x0003_0001 ? Bytes.u48(duid, 4) : 0;
  }

  // ---- sections 18.3.1 to 18.3.5

  private boolean give(Dhcp6Message m, Client client, boolean rapid, List<Option> out) {
    boolean asked = false;
    boolean given = false;
    int count = 0;
    for (Option option : m.options()) {
      boolean address = option.code() == Dhcp6Message.IA_NA && option.value().length >= 12;
      if (address && count++ < MAX_ASSOCIATIONS) {
        asked = true;
        Option ia = associate(m, option.value(), client, rapid);
        if (ia != null) {
          given = true;
          out.add(ia);
        }
      } else if (option.code() == Dhcp6Message.IA_PD && option.value().length >= 12) {
        given = true;
        byte[] head = Arrays.copyOf(option.value(), 12);
        Bytes.put64(head, 4, 0);
        out.add(association(Dhcp6Message.IA_PD, head, status(NO_PREFIX_AVAIL, "no prefixes")));
      } else if (option.code() == Dhcp6Message.IA_TA && option.value().length >= 4) {
        given = true;
        byte[] head = Arrays.copyOf(option.value(), 4);
        out.add(
            association(
                Dhcp6Message.IA_TA, head, status(NO_ADDRS_AVAIL, "no temporary addresses")));
      }
    }
    if (asked && !given && m.type() != Dhcp6Message.SOLICIT) {
      return false; // section 18.3.5: it may be another server's
    }
    if (asked && !given) {
      out.add(status(NO_ADDRS_AVAIL, "no addresses"));
    }
    return true;
  }

  /** The answer to one IA_NA, or null where it has none. */
  private @Nullable Option associate(Dhcp6Message m, byte[] value, Client client, boolean rapid) {
    long now = wallTime.getAsLong();
    int iaid = Bytes.i32(value, 0);
    byte[] head = new byte[12];
    Bytes.put32(head, 0, iaid);
    Lease6 mine = table.of(client.duid, iaid);
    List<IpAddress> wanted = addresses(value);
    Dhcp6Settings.Pool pool = settings.pool();
    boolean renewal = m.type() == Dhcp6Message.RENEW || m.type() == Dhcp6Message.REBIND;
    if (pool == null) {
      return m.type() == Dhcp6Message.SOLICIT || m.type() == Dhcp6Message.REBIND
          ? null
          : association(Dhcp6Message.IA_NA, head, status(NO_ADDRS_AVAIL, "no addresses here"));
    }
    if (m.type() == Dhcp6Message.REQUEST && wanted.stream().anyMatch(ip -> !pool.isOnLink(ip))) {
      return association(Dhcp6Message.IA_NA, head, status(NOT_ON_LINK, "wrong network"));
    }
    IpAddress ip =
        renewal && mine == null && wanted.isEmpty() ? null : choose(client, mine, wanted, renewal);
    if (ip == null && renewal) {
      return m.type() == Dhcp6Message.REBIND && wanted.stream().allMatch(pool::isOnLink)
          ? null
          : association(Dhcp6Message.IA_NA, head, ended(wanted, status(NO_BINDING, "not yours")));
    }
    if (ip == null) {
      refused++;
      return m.type() == Dhcp6Message.SOLICIT
          ? null
          : association(Dhcp6Message.IA_NA, head, status(NO_ADDRS_AVAIL, "no address is free"));
    }
    boolean bind = m.type() != Dhcp6Message.SOLICIT || rapid;
    long seconds = settings.leaseSeconds();
    if (bind) {
      long expires = seconds == FOREVER ? Long.MAX_VALUE : now + seconds * SECOND;
      changed(
          new Lease6(ip, client.duid, iaid, client.mac, client.port, Lease.State.BOUND, expires));
    } else if (mine == null || !mine.holds(now) || !mine.ip().equals(ip)) {
      table.put(
          new Lease6(
              ip,
              client.duid,
              iaid,
              client.mac,
              client.port,
              Lease.State.OFFERED,
              now + OFFER_TIME));
    }
    if (seconds == FOREVER) {
      Bytes.put64(head, 4, -1);
    } else {
      Bytes.put32(head, 4, (int) (seconds / 2));
      Bytes.put32(head, 8, (int) (seconds * 4 / 5));
    }
    List<Option> inner = new ArrayList<>();
    inner.add(address(ip, seconds));
    if (renewal) {
      // what the client has beside it is nobody's any more (section 18.3.4)
      wanted.stream().filter(a -> !a.equals(ip)).forEach(a -> inner.add(address(a, 0)));
    }
    return association(Dhcp6Message.IA_NA, head, inner.toArray(Option[]::new));
  }

  private static Option[] ended(List<IpAddress> addresses, Option status) {
    List<Option> options = new ArrayList<>();
    addresses.forEach(ip -> options.add(address(ip, 0)));
    options.add(status);
    return options.toArray(Option[]::new);
  }

  /** Its own, else what it asks for, else the lowest that nobody ever had, else an idle one. */
  private @Nullable IpAddress choose(
      Client client, @Nullable Lease6 mine, List<IpAddress> wanted, boolean renewal) {
    long now = wallTime.getAsLong();
    Dhcp6Settings.Pool pool = settings.pool();
    if (pool == null) {
      return null;
    }
    if (mine != null && pool.contains(mine.ip())) {
      // a client that has moved counts at its new port
      boolean room = mine.port().equals(client.port) || table.makeRoom(client.port, now);
      return room ? mine.ip() : null;
    }
    if (!table.makeRoom(client.port, now)) {
      return null;
    }
    for (IpAddress ip : wanted) {
      if (pool.contains(ip) && table.isFree(ip, now)) {
        return ip;
      }
    }
    if (renewal) {
      return null;
    }
    // the table is bounded, so that this ends soon in a pool of any size
    IpAddress ip = pool.first();
    while (ip.compareTo(pool.last()) <= 0) {
      if (pool.contains(ip) && table.at(ip) == null) {
        return ip;
      }
      ip = new IpAddress(ip.lo() == -1 ? ip.hi() + 1 : ip.hi(), ip.lo() + 1);
    }
    Lease6 oldest = null;
    for (Lease6 lease : table.all()) {
      if (!lease.holds(now) && (oldest == null || lease.expires() < oldest.expires())) {
        oldest = lease;
      }
    }
    return oldest == null ? null : oldest.ip();
  }

  /** Section 18.3.3: whether the client is still on the link that it knew. */
  private boolean confirm(Dhcp6Message m, List<Option> out) {
    Dhcp6Settings.Pool pool = settings.pool();
    List<IpAddress> all = new ArrayList<>();
    for (Option option : m.options()) {
      if (option.code() == Dhcp6Message.IA_NA && option.value().length >= 12) {
        all.addAll(addresses(option.value()));
      }
    }
    if (pool == null || all.isEmpty()) {
      return false;
    }
    boolean here = all.stream().allMatch(pool::isOnLink);
    out.add(here ? status(0, "yours") : status(NOT_ON_LINK, "wrong network"));
    return true;
  }

  // ---- sections 18.3.7 and 18.3.8

  private boolean giveBack(Dhcp6Message m, Client client, List<Option> out) {
    long now = wallTime.getAsLong();
    int count = 0;
    for (Option option : m.options()) {
      if (option.code() != Dhcp6Message.IA_NA
          || option.value().length < 12
          || count++ >= MAX_ASSOCIATIONS) {
        continue;
      }
      int iaid = Bytes.i32(option.value(), 0);
      Lease6 mine = table.of(client.duid, iaid);
      if (mine == null || !mine.port().equals(client.port)) {
        byte[] head = new byte[12];
        Bytes.put32(head, 0, iaid);
        out.add(association(Dhcp6Message.IA_NA, head, status(NO_BINDING, "not yours")));
      } else if (addresses(option.value()).contains(mine.ip())) {
        changed(
            m.type() == Dhcp6Message.RELEASE
                ? mine.with(Lease.State.RELEASED, now)
                : new Lease6(
                    mine.ip(),
                    "",
                    0,
                    mine.mac(),
                    mine.port(),
                    Lease.State.DECLINED,
                    now + DECLINE_TIME));
      }
    }
    out.add(status(0, "done"));
    return true;
  }

  // ---- options

  private void configure(List<Option> out) {
    if (!settings.dns().isEmpty()) {
      byte[] value = new byte[16 * settings.dns().size()];
      int at = 0;
      for (IpAddress dns : settings.dns()) {
        Bytes.put64(value, at, dns.hi());
        Bytes.put64(value, at + 8, dns.lo());
        at += 16;
      }
      out.add(new Option(Dhcp6Message.DNS_SERVERS, value));
    }
    if (!settings.search().isEmpty()) {
      ByteArrayOutputStream names = new ByteArrayOutputStream();
      for (String name : settings.search()) {
        for (String label : name.split("\\.", -1)) {
          byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
          names.write(bytes.length);
          names.writeBytes(bytes);
        }
        names.write(0);
      }
      out.add(new Option(Dhcp6Message.DOMAIN_LIST, names.toByteArray()));
    }
  }

  /** The addresses in an IA_NA; none where its options are cut. */
  private static List<IpAddress> addresses(byte[] value) {
    List<Option> options = Dhcp6Message.options(value, 12, value.length);
    List<IpAddress> found = new ArrayList<>();
    for (Option option : options == null ? List.<Option>of() : options) {
      if (option.code() == Dhcp6Message.IA_ADDRESS && option.value().length >= 24) {
        found.add(new IpAddress(Bytes.i64(option.value(), 0), Bytes.i64(option.value(), 8)));
      }
    }
    return found;
  }

  private static Option address(IpAddress ip, long seconds) {
    byte[] value = new byte[24];
    Bytes.put64(value, 0, ip.hi());
    Bytes.put64(value, 8, ip.lo());
    Bytes.put32(value, 16, (int) seconds);
    Bytes.put32(value, 20, (int) seconds);
    return new Option(Dhcp6Message.IA_ADDRESS, value);
  }

  private static Option association(int code, byte[] head, Option... options) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(head);
    out.writeBytes(Dhcp6Message.emit(List.of(options)));
    return new Option(code, out.toByteArray());
  }

  /** A status with words for whoever reads a capture. */
  private static Option status(int code, String words) {
    byte[] text = words.getBytes(StandardCharsets.US_ASCII);
    byte[] value = new byte[2 + text.length];
    Bytes.put16(value, 0, code);
    System.arraycopy(text, 0, value, 2, text.length);
    return new Option(Dhcp6Message.STATUS, value);
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
    for (Lease6 lease : table.all()) {
      if (lease.state() == Lease.State.RELEASED || lease.state() == Lease.State.EXPIRED) {
        continue;
      }
      if (lease.expires() > now) {
        next = Math.min(next, lease.expires());
      } else if (lease.state() == Lease.State.BOUND) {
        Lease6 over = lease.with(Lease.State.EXPIRED, lease.expires());
        table.put(over);
        observer.accept(over);
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

  private void changed(Lease6 lease) {
    if (lease.duid().isEmpty()) {
      table.remove(lease.ip());
    }
    table.put(lease);
    observer.accept(lease);
    dirty = true;
  }

  private void save() {
    dirty = false;
    store.accept(table.all().stream().filter(l -> l.state() != Lease.State.OFFERED).toList());
  }
}
