package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Tcp;
import org.jspecify.annotations.Nullable;

/** All records of TIME-WAIT in the order in which they end: one timer for all. */
final class TimeWaitTable {
  /** Age of a timestamp from which on a record may be reused, ns. */
  private static final long LEAST_AGE = 1_000_000_000L;

  private final TcpEngine engine;
  private final Timer timer;
  private @Nullable TimeWait first;
  private @Nullable TimeWait last;

  TimeWaitTable(TcpEngine engine) {
    this.engine = engine;
    timer = engine.loop.timer(this::expire);
  }

  /**
   * Takes the place of a socket in the flow table. False: too many, the connection is simply gone.
   */
  boolean add(TcpSocket s) {
    if (engine.counters.timeWait >= engine.config.maxTimeWait) {
      engine.counters.tcpTimeWaitOverflow++;
      return false;
    }
    TimeWait t = new TimeWait(s);
    engine.counters.timeWait++;
    engine.flows.put(t);
    append(t);
    return true;
  }

  private void append(TimeWait t) {
    t.expires = engine.loop.now() + engine.config.timeWait;
    t.previous = last;
    t.next = null;
    if (last == null) {
      first = t;
    } else {
      last.next = t;
    }
    last = t;
    if (!timer.isArmed()) {
      timer.arm(t.expires);
    }
  }

  private void unlink(TimeWait t) {
    if (t.previous == null) {
      first = t.next;
    } else {
      t.previous.next = t.next;
    }
    if (t.next == null) {
      last = t.previous;
    } else {
      t.next.previous = t.previous;
    }
  }

  private void remove(TimeWait t) {
    unlink(t);
    engine.counters.timeWait--;
    engine.flows.remove(t);
  }

  /**
   * Whether an active open may take the place of a record: with timestamps that go on where it ends
   * nothing old can be mistaken (Linux's {@code tcp_twsk_unique}).
   */
  boolean mayReuse(TimeWait t) {
    int policy = engine.config.timeWaitReuse;
    boolean here = Addresses.isLoopback(t.localHi, t.localLo);
    return (policy == 1 || policy == 2 && here)
        && t.timestampsOn
        && engine.loop.now() - t.tsRecentTime > LEAST_AGE;
  }

  /** The new connection of an active open begins beyond what the old one can have sent. */
  void reuse(TimeWait t, TcpSocket s) {
    engine.counters.twRecycled++;
    remove(t);
    Lifecycle.beginAt(s, t.sndNxt + 65_537);
    s.tsRecent = t.tsRecent;
    s.tsRecentTime = t.tsRecentTime;
  }

  private void expire() {
    long now = engine.loop.now();
    for (TimeWait t = first; t != null && t.expires <= now; t = first) {
      engine.counters.tw++;
      remove(t);
    }
    if (first != null) {
      timer.arm(first.expires);
    }
  }

  /**
   * A segment for a connection in TIME-WAIT; {@code in} holds it, options too.
   *
   * @return false where it is a SYN that begins a new connection: the record is gone, the packet is
   *     still the caller's
   */
  boolean segment(TimeWait t, Packet packet, TcpInput in) {
    int offset = in.sequence - t.rcvNxt;
    boolean stamped = t.timestampsOn && in.options.timestamps;
    boolean old = stamped && in.options.tsValue - t.tsRecent < 0;
    if ((in.flags & Tcp.RST) != 0) {
      // RFC 1337 would ignore it; Linux, as RFC 9293, ends the record, if it is exactly in place
      if (offset == 0 && !old) {
        engine.counters.twKilled++;
        remove(t);
      }
      packet.drop(DropReason.TCP_RESET);
      return true;
    }
    if ((in.flags & (Tcp.SYN | Tcp.ACK)) == Tcp.SYN
        && !old
        && (offset > 0 || stamped && in.options.tsValue - t.tsRecent > 0)) {
      // MAY-2 and RFC 6191: a SYN that cannot be an old one opens a new incarnation
      engine.counters.twRecycled++;
      remove(t);
      return false;
    }
    boolean inPlace = offset + in.segmentLength() == 0 || offset == 0 && in.segmentLength() == 0;
    if ((in.flags & Tcp.FIN) != 0 && inPlace && !old) {
      // "The only thing that can arrive in this state is a retransmission of the remote FIN.
      // Acknowledge it, and restart
      // the 2 MSL timeout."
      unlink(t);
      append(t);
    }
    if (old) {
      engine.counters.pawsEstab++;
    } else if (stamped && offset <= 0) {
      t.tsRecent = in.options.tsValue;
      t.tsRecentTime = in.now;
    }
    answer(t, in, inPlace && !old);
    packet.drop(old ? DropReason.TCP_RFC7323_PAWS : DropReason.TCP_OLD_DATA);
    return true;
  }

  private void answer(TimeWait t, TcpInput in, boolean inPlace) {
    boolean pure = in.segmentLength() == 0;
    if (pure && inPlace) {
      return;
    }
    if (pure && in.now - t.lastAck < engine.config.invalidAckInterval) {
      engine.counters.tcpAckSkipped++;
      return;
    }
    t.lastAck = in.now;
    engine.control.acknowledge(t, in.now);
  }
}
