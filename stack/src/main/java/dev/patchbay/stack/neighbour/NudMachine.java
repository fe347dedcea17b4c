package dev.patchbay.stack.neighbour;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.neighbour.Neighbour.State;
import dev.patchbay.stack.neighbour.NeighbourTable.FailureHandler;
import dev.patchbay.stack.neighbour.NeighbourTable.Solicitor;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * What is done as a neighbour goes from state to state: timers, requests, what waits for it (Linux:
 * {@code neigh_timer_handler}, {@code neigh_event_send}, {@code __neigh_update}). Which state
 * follows stands in {@link NudTable}. Of the loop's thread.
 */
final class NudMachine {
  /** An administrator's: also what is permanent changes. */
  static final int ADMIN = 1;

  /** A link-layer address that is known may be replaced. */
  static final int OVERRIDE = 2;

  /** Where it may not, the entry is doubted ({@code NEIGH_UPDATE_F_WEAK_OVERRIDE}). */
  static final int WEAK_OVERRIDE = 4;

  /** It is told whether it is a router. */
  static final int OVERRIDE_ROUTER = 8;

  /** It is one. */
  static final int ROUTER = 16;

  /** No link-layer address was told. */
  static final long UNTOLD = -1;

  private final EventLoop loop;
  private @Nullable Solicitor arp;
  private @Nullable Solicitor ndp;
  private @Nullable FailureHandler failures;

  NudMachine(EventLoop loop) {
    this.loop = loop;
  }

  void connect(Solicitor arpProtocol, Solicitor ndpProtocol, FailureHandler handler) {
    arp = arpProtocol;
    ndp = ndpProtocol;
    failures = handler;
  }

  // ---- packets

  /** A packet is to be sent to it; {@code waiting} is kept where it must be asked for first. */
  void send(Neighbour n, @Nullable Packet waiting) {
    n.used = loop.now();
    State old = n.state;
    State next = NudTable.next(old, NudEvent.SEND);
    if (next == State.DELAY && old == State.STALE) {
      enter(n, next, n.settings.delayProbeTime());
    }
    if (next != State.INCOMPLETE) {
      return;
    }
    if (waiting != null) {
      enqueue(n, waiting);
    }
    if (old != State.INCOMPLETE || !isArmed(n)) {
      n.probes = n.settings.ucastSolicit();
      enter(n, next, n.settings.retransTime());
      probe(n);
    }
  }

  private static void enqueue(Neighbour n, Packet packet) {
    n.queue.add(packet);
    while (n.queue.count() > n.settings.queueLimit()) {
      Packet oldest = n.queue.poll();
      if (oldest != null) {
        oldest.drop(DropReason.NEIGH_QUEUEFULL);
      }
    }
  }

  /** The layer above had an answer by it ({@code neigh_confirm}). */
  void confirm(Neighbour n) {
    n.confirmed = loop.now();
  }

  // ---- timers

  private void arm(Neighbour n, long after) {
    if (n.timer != null) {
      n.timer.arm(loop.now() + Math.max(after, 0));
    }
  }

  private static boolean isArmed(Neighbour n) {
    return n.timer != null && n.timer.isArmed();
  }

  void cancel(Neighbour n) {
    if (n.timer != null) {
      n.timer.cancel();
    }
  }

  private void enter(Neighbour n, State next, long timer) {
    n.state = next;
    n.updated = loop.now();
    if (next.isTimed()) {
      arm(n, timer);
    } else {
      cancel(n);
    }
  }

  /** The timer of an entry ran out ({@code neigh_timer_handler}). */
  void expire(Neighbour n) {
    NudEvent event = timeout(n);
    State next = NudTable.next(n.state, event);
    if (event == NudEvent.TIMEOUT_CONFIRMED) {
      if (next != n.state) {
        n.updated = loop.now();
      }
      n.state = next;
      arm(n, n.confirmed + n.settings.reachableTime() - loop.now());
      return;
    }
    if (next == State.FAILED) {
      enter(n, next, 0);
      invalidate(n);
    } else if (next == State.INCOMPLETE || next == State.PROBE) {
      if (next != n.state) {
        n.probes = 0;
        enter(n, next, n.settings.retransTime());
      } else {
        arm(n, n.settings.retransTime());
      }
      probe(n);
    } else {
      enter(n, next, n.settings.delayProbeTime());
    }
  }

  private NudEvent timeout(Neighbour n) {
    long now = loop.now();
    return switch (n.state) {
      case REACHABLE -> {
        if (now < n.confirmed + n.settings.reachableTime()) {
          yield NudEvent.TIMEOUT_CONFIRMED;
        }
        yield now <= n.used + n.settings.delayProbeTime()
            ? NudEvent.TIMEOUT_USED
            : NudEvent.TIMEOUT;
      }
      case DELAY ->
          now <= n.confirmed + n.settings.delayProbeTime()
              ? NudEvent.TIMEOUT_CONFIRMED
              : NudEvent.TIMEOUT;
      case INCOMPLETE -> spent(n, n.settings.ucastSolicit() + n.settings.mcastSolicit());
      case PROBE -> spent(n, n.settings.ucastSolicit());
      default -> NudEvent.TIMEOUT;
    };
  }

  private static NudEvent spent(Neighbour n, int limit) {
    return n.probes >= limit ? NudEvent.PROBES_SPENT : NudEvent.TIMEOUT;
  }

  private void probe(Neighbour n) {
    Solicitor by = Addresses.isV4(n.hi, n.lo) ? arp : ndp;
    if (by != null) {
      by.solicit(n, n.queue.peekLast());
    }
    n.probes++;
  }

  private void invalidate(Neighbour n) {
    for (Packet packet = n.queue.poll(); packet != null; packet = n.queue.poll()) {
      if (failures != null) {
        failures.unreachable(packet);
      } else {
        packet.drop(DropReason.NEIGH_FAILED);
      }
    }
  }

  // ---- news

  /** An administrator sends to it without a packet ({@code NTF_USE}). */
  void use(Neighbour n) {
    if (n.state == State.PERMANENT) {
      n.state = State.NONE;
    }
    send(n, null);
  }

  /**
   * Something was learned, or set by hand ({@code __neigh_update}).
   *
   * @param mac link-layer address, or {@link #UNTOLD}
   * @param wanted the state that follows where nothing speaks against it; of what was learned
   *     {@link State#REACHABLE} or {@link State#STALE}
   * @param flags {@link #ADMIN} and others
   * @return false where no address is known and none was told, or the entry is not ours to change
   */
  boolean update(Neighbour n, long mac, State wanted, int flags) {
    State old = n.state;
    boolean admin = (flags & ADMIN) != 0;
    if (!admin && old.isFixed()) {
      return false;
    }
    if (!wanted.isValid()) {
      cancel(n);
      n.state = wanted;
      if (wanted == State.FAILED && (old == State.INCOMPLETE || old == State.PROBE)) {
        invalidate(n);
      } else {
        n.queue.clear(DropReason.NEIGH_DEAD); // no timer ends its wait any more
      }
      setRouter(n, flags);
      return true;
    }
    if (mac == UNTOLD && !old.isValid()) {
      return false;
    }
    long address = mac == UNTOLD ? n.mac : mac;
    boolean other = !old.isValid() || address != n.mac;
    if (wanted.isConnected()) {
      n.confirmed = loop.now();
    }
    State next = admin ? wanted : NudTable.next(old, event(wanted, other));
    if (old.isValid() && other && (flags & OVERRIDE) == 0) {
      if ((flags & WEAK_OVERRIDE) == 0) {
        return true;
      }
      next = NudTable.next(old, NudEvent.CONFLICT);
      if (next == old) {
        return true;
      }
      address = n.mac;
    } else {
      setRouter(n, flags);
    }
    change(n, address, next);
    return true;
  }

  private static NudEvent event(State wanted, boolean other) {
    if (wanted == State.REACHABLE) {
      return NudEvent.ANSWERED;
    }
    return other ? NudEvent.HEARD_OTHER : NudEvent.HEARD;
  }

  private static void setRouter(Neighbour n, int flags) {
    if ((flags & OVERRIDE_ROUTER) != 0) {
      n.router = (flags & ROUTER) != 0;
    }
  }

  private void change(Neighbour n, long address, State next) {
    State old = n.state;
    if (next != old || address != n.mac) {
      n.updated = loop.now();
    }
    if (next != old) {
      if (next == State.PROBE) {
        n.probes = 0;
      }
      enter(n, next, next == State.REACHABLE ? n.settings.reachableTime() : 0);
    }
    if (address != n.mac || !old.isValid()) {
      n.mac = address;
      if (!next.isConnected()) {
        n.confirmed = loop.now() - 2 * n.settings.baseReachableTime();
      }
    }
    if (!old.isValid()) {
      flush(n);
    }
  }

  private static void flush(Neighbour n) {
    for (Packet packet = n.queue.poll(); packet != null; packet = n.queue.poll()) {
      NeighbourTable.send(packet, n.device, n.mac);
    }
  }
}
