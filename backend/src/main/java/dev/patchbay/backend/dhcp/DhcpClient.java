package dev.patchbay.backend.dhcp;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A DHCP client (RFC 2131 section 4.4) as logic alone: messages and time in, messages and an
 * address out. Of INIT-REBOOT it knows nothing: it begins anew each time. Only on the loop.
 */
public final class DhcpClient {
  /** Where it is in figure 5 of the RFC; PROBING is the check of section 4.4.1 by ARP. */
  public enum State {
    STOPPED,
    SELECTING,
    REQUESTING,
    PROBING,
    BOUND,
    RENEWING,
    REBINDING
  }

  /** The link of a client. */
  public interface Link {
    /** Its Ethernet address. */
    long mac();

    /** Sends to all, from no address. */
    void broadcast(byte[] message);

    /** Sends to the server that gave the address, from that address. */
    void unicast(byte[] message, int server);

    /** Asks by ARP, from no address, whether somebody has an address. */
    void probe(int ip);

    /** The address is ours, or ours for longer. */
    void bound(Binding binding);

    /** It is ours no more. */
    void lost(Binding binding);
  }

  /**
   * What a server gave. Addresses are ints, first byte in the high bits.
   *
   * @param ip the address
   * @param prefix length of its subnet's prefix
   * @param router the first one, or 0
   * @param dns resolvers
   * @param server who gave it
   * @param seconds of the lease, 0xffffffff for ever
   */
  public record Binding(
      int ip, int prefix, int router, List<Integer> dns, int server, long seconds) {
    /** Takes a copy. */
    public Binding {
      dns = List.copyOf(dns);
    }
  }

  private static final long SECOND = 1_000_000_000L;
  private static final long FOREVER = 0xffff_ffffL;

  /** Section 4.1: 4 s, doubled up to 64 s, each a second more or less. */
  private static final long FIRST_WAIT = 4 * SECOND;

  private static final long LAST_WAIT = 64 * SECOND;

  /** REQUESTs without an answer before it begins anew. */
  private static final int MAX_REQUESTS = 4;

  /** RFC 5227: three probes, one to two seconds apart; here a second. */
  private static final int PROBES = 3;

  /** Section 3.1 item 5: ten seconds at least after a DECLINE. */
  private static final long AFTER_DECLINE = 10 * SECOND;

  /** Section 4.4.5: not more often while it renews. */
  private static final long LEAST_RENEWAL = 60 * SECOND;

  /** Shortest lease in s; a shorter one counts as this, or it would do nothing but renew. */
  private static final long LEAST_LEASE = 16;

  /** Shortest time in s to the first renewal. */
  private static final long LEAST_T1 = 4;

  private static final byte[] WANTED = {1, 3, 6, 15, 26, 28, 51, 54, 58, 59};

  private final EventLoop loop;
  private final RandomSource random;
  private final Link link;
  private final Timer timer;
  private State state = State.STOPPED;
  private int transaction;
  private long began;
  private long wait;
  private int tries;
  private @Nullable Binding offer;
  private @Nullable Binding bound;
  private long granted;
  private long renewal;
  private long rebinding;
  private long ignored;

  /**
   * @param random draws transactions and delays
   */
  public DhcpClient(EventLoop loop, RandomSource random, Link link) {
    this.loop = loop;
    this.random = random;
    this.link = link;
    timer = loop.timer(this::expired);
  }

  /** Where it is. */
  public State state() {
    return state;
  }

  /** What it has, or null. */
  public @Nullable Binding binding() {
    return bound;
  }

  /** Messages that were not for it, or that it did not wait for. */
  public long ignored() {
    return ignored;
  }

  /** Begins to ask. */
  public void start() {
    if (state == State.STOPPED) {
      discover();
    }
  }

  /** Ends; what it has is given back. */
  public void stop() {
    Binding mine = bound;
    if (mine != null && state != State.PROBING) {
      DhcpMessage m = message(DhcpMessage.RELEASE);
      m.ciaddr = mine.ip;
      m.options.put(54, u32(mine.server));
      link.unicast(m.emit(DhcpMessage.MIN_LENGTH), mine.server);
    }
    lose();
    timer.cancel();
    state = State.STOPPED;
  }

  private void lose() {
    Binding mine = bound;
    bound = null;
    if (mine != null) {
      link.lost(mine);
    }
  }

  // ---- what time brings

  private void expired() {
    long now = loop.now();
    switch (state) {
      case SELECTING -> send(DhcpMessage.DISCOVER, true);
      case REQUESTING -> {
        if (tries >= MAX_REQUESTS) {
          discover();
        } else {
          send(DhcpMessage.REQUEST, true);
        }
      }
      case PROBING -> probe();
      case BOUND -> {
        state = State.RENEWING;
        transaction = random.nextInt();
        renew(now);
      }
      case RENEWING -> {
        if (now >= rebinding) {
          state = State.REBINDING;
        }
        renew(now);
      }
      case REBINDING -> renew(now);
      default -> {}
    }
  }

  private void discover() {
    state = State.SELECTING;
    offer = null;
    transaction = random.nextInt();
    began = loop.now();
    wait = FIRST_WAIT;
    tries = 0;
    send(DhcpMessage.DISCOVER, true);
  }

  private void send(int type, boolean again) {
    DhcpMessage m = message(type);
    m.flags = DhcpMessage.FLAG_BROADCAST; // we take no unicast to an address that is not ours yet
    m.secs = (int) Math.min(0xffff, (loop.now() - began) / SECOND);
    Binding chosen = offer;
    if (type == DhcpMessage.REQUEST && chosen != null) {
      m.options.put(50, u32(chosen.ip));
      m.options.put(54, u32(chosen.server));
    }
    link.broadcast(m.emit(DhcpMessage.MIN_LENGTH));
    tries++;
    if (again) {
      timer.arm(loop.now() + wait + (long) ((2 * random.nextDouble() - 1) * SECOND));
      wait = Math.min(2 * wait, LAST_WAIT);
    }
  }

  private void probe() {
    Binding mine = offer;
    if (mine == null) {
      discover();
    } else if (tries++ < PROBES) {
      link.probe(mine.ip);
      timer.arm(loop.now() + SECOND);
    } else {
      take(mine);
    }
  }

  /** RENEWING by the server that gave it, REBINDING by any (section 4.4.5). */
  private void renew(long now) {
    Binding mine = bound;
    long end = mine == null ? 0 : granted + mine.seconds * SECOND;
    if (mine == null || now >= end) {
      lose();
      discover();
      return;
    }
    DhcpMessage m = message(DhcpMessage.REQUEST);
    m.ciaddr = mine.ip;
    long until;
    if (state == State.RENEWING) {
      link.unicast(m.emit(DhcpMessage.MIN_LENGTH), mine.server);
      until = rebinding;
    } else {
      link.broadcast(m.emit(DhcpMessage.MIN_LENGTH));
      until = end;
    }
    timer.arm(Math.min(until, now + Math.max((until - now) / 2, LEAST_RENEWAL)));
  }

  // ---- what messages bring

  /** Takes a datagram that came to port 68: {@code len} bytes of {@code b} at {@code off}. */
  public void handle(byte[] b, int off, int len) {
    DhcpMessage m = DhcpMessage.parse(b, off, len);
    boolean mine =
        m != null
            && m.op == DhcpMessage.BOOTREPLY
            && m.xid == transaction
            && m.mac() == link.mac()
            && state != State.STOPPED;
    if (m == null || !mine) {
      ignored++;
      return;
    }
    Binding given = binding(m);
    boolean waits =
        state == State.REQUESTING || state == State.RENEWING || state == State.REBINDING;
    if (m.type() == DhcpMessage.OFFER && state == State.SELECTING && given != null) {
      offer = given;
      state = State.REQUESTING;
      wait = FIRST_WAIT;
      tries = 0;
      send(DhcpMessage.REQUEST, true);
    } else if (m.type() == DhcpMessage.ACK && waits && given != null) {
      acknowledged(m, given);
    } else if (m.type() == DhcpMessage.NAK && waits) {
      lose();
      discover();
    } else {
      ignored++;
    }
  }

  private void acknowledged(DhcpMessage m, Binding given) {
    Binding chosen = offer;
    if (state == State.REQUESTING && (chosen == null || chosen.server != given.server)) {
      ignored++;
      return;
    }
    granted = loop.now();
    long first = seconds(m, 58, given.seconds / 2);
    long second = seconds(m, 59, given.seconds * 7 / 8);
    if (first < LEAST_T1 || first >= second || second >= given.seconds) {
      // section 4.4.5: T1 before T2 before the end, else those that are usual
      first = given.seconds / 2;
      second = given.seconds * 7 / 8;
    }
    renewal = granted + first * SECOND;
    rebinding = granted + second * SECOND;
    if (state == State.REQUESTING) {
      offer = given;
      state = State.PROBING;
      tries = 0;
      probe();
    } else {
      take(given);
    }
  }

  private void take(Binding given) {
    Binding before = bound;
    if (before != null && before.ip != given.ip) {
      lose();
    }
    bound = given;
    state = State.BOUND;
    if (given.seconds == FOREVER) {
      timer.cancel();
    } else {
      timer.arm(Math.max(renewal, loop.now()));
    }
    link.bound(given);
  }

  /** Somebody was heard by ARP to have an address: {@code mac} is the other's. */
  public void heard(int ip, long mac) {
    Binding mine = offer;
    if (state != State.PROBING || mine == null || mine.ip != ip || mac == link.mac()) {
      return;
    }
    DhcpMessage m = message(DhcpMessage.DECLINE);
    m.options.put(50, u32(ip));
    m.options.put(54, u32(mine.server));
    link.broadcast(m.emit(DhcpMessage.MIN_LENGTH));
    state = State.SELECTING;
    offer = null;
    transaction = random.nextInt();
    wait = FIRST_WAIT;
    timer.arm(loop.now() + AFTER_DECLINE);
  }

  // ---- fields

  private DhcpMessage message(int type) {
    DhcpMessage m = new DhcpMessage();
    m.op = DhcpMessage.BOOTREQUEST;
    m.xid = transaction;
    Bytes.put48(m.chaddr, 0, link.mac());
    m.options.put(53, new byte[] {(byte) type});
    byte[] id = new byte[7];
    id[0] = 1;
    Bytes.put48(id, 1, link.mac());
    m.options.put(61, id);
    if (type == DhcpMessage.DISCOVER || type == DhcpMessage.REQUEST) {
      m.options.put(55, WANTED);
    }
    return m;
  }

  /** What a message gives, or null where an address, its server, mask or lease is missing. */
  private static @Nullable Binding binding(DhcpMessage m) {
    int mask = m.address(1);
    int prefix = Integer.numberOfLeadingZeros(~mask);
    boolean good =
        m.yiaddr != 0
            && m.yiaddr >>> 28 < 14
            && m.address(54) != 0
            && prefix > 0
            && (prefix == 32 || mask << prefix == 0);
    long seconds = seconds(m, 51, 0);
    if (!good || seconds == 0) {
      return null;
    }
    byte[] routers = m.bytes(3);
    List<Integer> dns = new ArrayList<>();
    byte[] resolvers = m.bytes(6);
    for (int at = 0; at + 4 <= resolvers.length && dns.size() < 3; at += 4) {
      dns.add(Bytes.i32(resolvers, at));
    }
    int router = routers.length >= 4 ? Bytes.i32(routers, 0) : 0;
    long lasting = Math.max(seconds, LEAST_LEASE);
    return new Binding(m.yiaddr, prefix, router, dns, m.address(54), lasting);
  }

  private static long seconds(DhcpMessage m, int option, long otherwise) {
    byte[] value = m.bytes(option);
    return value.length == 4 ? Bytes.u32(value, 0) : otherwise;
  }

  private static byte[] u32(int value) {
    byte[] out = new byte[4];
    Bytes.put32(out, 0, value);
    return out;
  }
}
