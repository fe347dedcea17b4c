package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Tcp;
import org.jspecify.annotations.Nullable;

/**
 * SYNs on their way to a decision: the LISTEN state (3.10.7.2), and those that an acceptor parks,
 * bounded.
 */
final class SynQueue {
  /** How many SYNs one source has parked. */
  private static final class Source extends FourTuple {
    int count;

    Source(IncomingSyn syn) {
      super(0, deviceWord(syn.device()), 0, syn.sourceHi(), syn.sourceLo(), 0);
    }
  }

  /** A cookie is good for so long, ns. */
  private static final long COOKIE_LIFE = 120_000_000_000L;

  private final TcpEngine engine;
  private final TcpCounters counters;
  private final FlowTable<Source> sources;
  private final SynCookies cookies;
  private final Timer timer;
  private long lastCookie = Long.MIN_VALUE / 2;
  private @Nullable IncomingSyn first;
  private @Nullable IncomingSyn last;

  SynQueue(TcpEngine engine) {
    this.engine = engine;
    this.counters = engine.counters;
    this.sources = new FlowTable<>(engine.random.hash("tcp sources"));
    cookies = new SynCookies(engine.random);
    timer = engine.loop.timer(this::expire);
  }

  /**
   * A SYN for a listener, none of whose flow is known; takes the packet. {@code limited}: the
   * acceptor parks.
   */
  boolean arrive(Packet packet, TcpInput in, TcpAcceptor acceptor, boolean limited) {
    if (!mayOpen(packet)) {
      packet.drop(DropReason.TCP_INVALID_SYN);
      return limited;
    }
    if (limited && counters.parked >= engine.config.maxParked) {
      counters.parkedOverflow++;
      packet.drop(DropReason.SOCKET_BACKLOG);
      return true;
    }
    if (limited && sourceIsFull(packet)) {
      counters.parkedSourceOverflow++;
      packet.drop(DropReason.HOST_FLOW_LIMIT);
      return true;
    }
    IncomingSyn syn = new IncomingSyn(this, packet);
    syn.take(in);
    packet.release();
    engine.flows.put(syn);
    acceptor.onSyn(syn);
    if (!syn.decided) {
      park(syn);
      return true;
    }
    return limited;
  }

  /**
   * A SYN for a listener that decides at once: where the queue is full it is answered by a cookie.
   *
   * @return false where it is not; the packet is still the caller's
   */
  boolean answerByCookie(Packet packet, TcpInput in, TcpListener listener) {
    if (!engine.config.synCookies
        || counters.halfOpen < engine.config.maxHalfOpen && !listener.full
        || !mayOpen(packet)) {
      return false;
    }
    long now = engine.loop.now();
    lastCookie = now;
    counters.tcpReqQFullDoCookies++;
    if (engine.control.cookie(
        packet, in, cookies.make(packet, in, now), engine.lifecycle.clock(packet))) {
      counters.syncookiesSent++;
    }
    packet.release();
    return true;
  }

  /**
   * An ACK for a listener, none of whose flow is known: does it bring a cookie back?
   *
   * @return false where it does not; the packet is still the caller's
   */
  boolean arriveByCookie(Packet packet, TcpInput in, TcpListener listener) {
    long now = engine.loop.now();
    if (!listener.decides
        || now - lastCookie > COOKIE_LIFE
        || (in.flags & Tcp.SYN) != 0
        || isTaken(packet)) {
      return false;
    }
    int mss = cookies.check(packet, in, now);
    if (mss < 0) {
      counters.syncookiesFailed++;
      return false;
    }
    counters.syncookiesRecv++;
    IncomingSyn syn = new IncomingSyn(this, packet);
    syn.takeCookie(in, mss);
    engine.flows.put(syn);
    listener.acceptor.onSyn(syn);
    TcpSocket accepted = syn.accepted;
    if (accepted == null) {
      if (!syn.decided) {
        // it cannot wait: the peer believes that the connection stands
        abandon(syn);
      }
      if (syn.dropped) {
        packet.drop(DropReason.NO_SOCKET);
      }
      return syn.dropped;
    }
    engine.input(accepted, packet);
    return true;
  }

  /**
   * MUST-57: "silently discard an incoming SYN segment that is addressed to a broadcast or
   * multicast address", MUST-63: one from an invalid source likewise. Nor one by another device for
   * the flow of a connection that is bound to a device: the flow table holds each 4-tuple once.
   */
  private boolean mayOpen(Packet packet) {
    return engine.output.isUnicast(packet.destinationHi(), packet.destinationLo())
        && engine.output.isUnicast(packet.sourceHi(), packet.sourceLo())
        && !isTaken(packet);
  }

  private boolean isTaken(Packet packet) {
    FlowEntry there =
        engine.flows.get(
            packet.destinationHi(),
            packet.destinationLo(),
            packet.tcp().destinationPort(),
            packet.sourceHi(),
            packet.sourceLo(),
            packet.tcp().sourcePort());
    return there != null;
  }

  private static long deviceWord(@Nullable Object device) {
    return device == null ? 0 : System.identityHashCode(device);
  }

  private boolean sourceIsFull(Packet packet) {
    Source source = source(packet.device, packet.sourceHi(), packet.sourceLo());
    return source != null && source.count >= engine.config.maxParkedPerSource;
  }

  private @Nullable Source source(@Nullable Object device, long hi, long lo) {
    return sources.get(0, deviceWord(device), 0, hi, lo, 0);
  }

  private void park(IncomingSyn syn) {
    syn.parked = true;
    counters.parked++;
    Source source = source(syn.device(), syn.sourceHi(), syn.sourceLo());
    if (source == null) {
      source = new Source(syn);
      sources.put(source);
    }
    source.count++;
    syn.expires = engine.loop.now() + engine.config.parkTimeout;
    syn.previous = last;
    if (last == null) {
      first = syn;
    } else {
      last.next = syn;
    }
    last = syn;
    if (!timer.isArmed()) {
      timer.arm(syn.expires);
    }
  }

  private void leave(IncomingSyn syn) {
    syn.decided = true;
    engine.flows.remove(syn);
    if (!syn.parked) {
      return;
    }
    syn.parked = false;
    counters.parked--;
    Source source = source(syn.device(), syn.sourceHi(), syn.sourceLo());
    if (source != null && --source.count == 0) {
      sources.remove(source);
    }
    if (syn.previous == null) {
      first = syn.next;
    } else {
      syn.previous.next = syn.next;
    }
    if (syn.next == null) {
      last = syn.previous;
    } else {
      syn.next.previous = syn.previous;
    }
  }

  private void abandon(IncomingSyn syn) {
    leave(syn);
    syn.abandoned = true;
    counters.parkedAbandoned++;
    if (syn.onAbandoned != null) {
      syn.onAbandoned.run();
    }
  }

  private void expire() {
    long now = engine.loop.now();
    for (IncomingSyn syn = first; syn != null && syn.expires <= now; syn = first) {
      abandon(syn);
    }
    if (first != null) {
      timer.arm(first.expires);
    }
  }

  /** A segment of a flow whose SYN is parked; takes it. */
  void segment(IncomingSyn syn, Packet packet, TcpInput in) {
    if ((in.flags & Tcp.RST) != 0) {
      if (in.sequence == syn.sequence || in.sequence == syn.sequence + 1) {
        abandon(syn);
      }
      packet.drop(DropReason.TCP_RESET);
    } else if ((in.flags & Tcp.ACK) != 0) {
      // nothing was sent that could be acknowledged
      engine.control.answerWithReset(packet, in);
      packet.drop(DropReason.TCP_INVALID_ACK_SEQUENCE);
    } else if ((in.flags & Tcp.SYN) != 0) {
      // the same again, or a new attempt of the peer: the decision will be about the newest
      syn.take(in);
      packet.drop(DropReason.TCP_OLD_DATA);
    } else {
      packet.drop(DropReason.TCP_FLAGS);
    }
  }

  private static void decide(IncomingSyn syn) {
    if (syn.decided && !syn.abandoned) {
      throw new IllegalStateException("this SYN was decided before");
    }
  }

  @Nullable TcpSocket accept(IncomingSyn syn, TcpHandler handler) {
    decide(syn);
    if (syn.abandoned) {
      return null;
    }
    if (!syn.cookie && counters.halfOpen >= engine.config.maxHalfOpen) {
      counters.tcpReqQFullDrop++;
      leave(syn);
      return null;
    }
    if (engine.sockets() >= engine.config.maxSockets || engine.pool.underPressure()) {
      counters.tcpAbortOnMemory++;
      leave(syn);
      return null;
    }
    leave(syn);
    FlowKey key =
        new FlowKey(
            syn.destinationHi(),
            syn.destinationLo(),
            syn.destinationPort(),
            syn.sourceHi(),
            syn.sourceLo(),
            syn.sourcePort());
    TcpSocket s = engine.newSocket(key, handler);
    engine.flows.put(s);
    engine.lifecycle.openPassively(s, syn);
    syn.accepted = s;
    return s;
  }

  void reject(IncomingSyn syn) {
    decide(syn);
    if (!syn.abandoned) {
      leave(syn);
      if (!syn.cookie) {
        engine.control.refuse(syn);
      }
    }
  }

  void drop(IncomingSyn syn) {
    decide(syn);
    syn.dropped = true;
    if (!syn.abandoned) {
      leave(syn);
    }
  }
}
