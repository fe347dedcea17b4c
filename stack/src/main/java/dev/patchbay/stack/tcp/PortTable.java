package dev.patchbay.stack.tcp;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.random.RandomSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which local ports are taken by what ({@code inet_bind_bucket}, {@code inet_csk_get_port}): bound
 * sockets, listeners and the flows of the engine, those in TIME-WAIT included.
 */
public final class PortTable {
  /** A local end that is taken, from {@link #bind} to {@link #release}. */
  public static final class Binding {
    private LocalEnd end;
    private boolean listening;

    private Binding(LocalEnd end) {
      this.end = end;
    }

    /** What was bound, with its port. */
    public LocalEnd end() {
      return end;
    }
  }

  private final TcpEngine engine;
  private final RandomSource random;
  private final @Nullable List<Binding>[] byPort;

  @SuppressWarnings({"unchecked", "rawtypes"})
  PortTable(TcpEngine engine) {
    this.engine = engine;
    random = engine.random.derive("tcp bind");
    byPort = new List[1024];
  }

  /**
   * Takes a local end. Port 0: one that nobody uses at any overlapping address is chosen, whatever
   * the options (Linux: as if none could be shared).
   *
   * @return null where it is in use, or no port is free
   */
  public @Nullable Binding bind(LocalEnd wanted) {
    LocalEnd end = wanted;
    if (wanted.port() == 0) {
      int port = choose(wanted);
      if (port == 0) {
        return null;
      }
      end = wanted.withPort(port);
    } else if (conflicts(wanted, null, true)) {
      return null;
    }
    return add(end);
  }

  /**
   * Takes a local end for a listener of the engine's own, whatever flows there are on its port
   * (MUST-42).
   *
   * @return null where it is in use
   */
  @Nullable Binding bindListener(LocalEnd end) {
    return bindingConflicts(end, end.port(), null, true) ? null : add(end);
  }

  private Binding add(LocalEnd end) {
    Binding binding = new Binding(end);
    List<Binding> there = byPort[slot(end.port())];
    if (there == null) {
      there = new ArrayList<>(1);
      byPort[slot(end.port())] = there;
    }
    there.add(binding);
    return binding;
  }

  private int slot(int port) {
    return port & byPort.length - 1;
  }

  /**
   * A port that nobody has at all costs a look at a counter; only where each one has a flow, all
   * flows are looked at, once, for those whose address is another one.
   */
  private int choose(LocalEnd wanted) {
    int first = engine.config.portMin;
    int span = engine.config.portMax - first + 1;
    int start = random.nextInt(span);
    BitSet none = new BitSet();
    int port = choose(wanted, start, span, none, 0);
    if (port == 0) {
      FlowSearch search = new FlowSearch(wanted, false);
      engine.flows.forEach(search::visit);
      port = choose(wanted, start, span, search.ports, Integer.MAX_VALUE);
    }
    return port;
  }

  /** A port that is not in {@code taken} and has at most so many flows. */
  private int choose(LocalEnd wanted, int start, int span, BitSet taken, int flows) {
    int first = engine.config.portMin;
    for (int i = 0; i < span; i++) {
      int port = first + (start + i) % span;
      if (engine.flows.users(port) <= flows
          && !taken.get(port)
          && !engine.config.reservedPorts.get(port)
          && !bindingConflicts(wanted, port, null, false)) {
        return port;
      }
    }
    return 0;
  }

  /**
   * A bound socket begins to listen: its options as they are now, and no other listener beside it
   * that does not share the port ({@code inet_csk_listen_start}).
   *
   * @return false where that is not so
   */
  public boolean listen(Binding binding, LocalEnd now) {
    if (conflicts(now, binding, true)) {
      return false;
    }
    binding.end = now;
    binding.listening = true;
    return true;
  }

  /** It listens no more, but keeps its port. */
  public void unlisten(Binding binding) {
    binding.listening = false;
  }

  /** The options of a bound socket have changed. */
  public void update(Binding binding, LocalEnd now) {
    binding.end = now;
  }

  /** Gives the port back. */
  public void release(Binding binding) {
    int slot = slot(binding.end.port());
    List<Binding> there = byPort[slot];
    if (there != null) {
      there.remove(binding);
      if (there.isEmpty()) {
        byPort[slot] = null;
      }
    }
  }

  /** Whether somebody bound this port by name or choice: no connection takes it by itself. */
  boolean isBound(int port) {
    List<Binding> there = byPort[slot(port)];
    for (int i = 0; there != null && i < there.size(); i++) {
      if (there.get(i).end.port() == port) {
        return true;
      }
    }
    return false;
  }

  /**
   * {@code inet_csk_bind_conflict}.
   *
   * @param port the one that is asked for, whatever {@code end} says
   * @param self the binding that is asked about, or null
   * @param share whether options may allow it
   */
  private boolean bindingConflicts(LocalEnd end, int port, @Nullable Binding self, boolean share) {
    List<Binding> there = byPort[slot(port)];
    for (int i = 0; there != null && i < there.size(); i++) {
      Binding other = there.get(i);
      if (other != self
          && other.end.port() == port
          && end.overlaps(other.end)
          && !(share && mayShare(end, other.end, other.listening))) {
        return true;
      }
    }
    return false;
  }

  private boolean conflicts(LocalEnd end, @Nullable Binding self, boolean share) {
    return bindingConflicts(end, end.port(), self, share)
        || self == null && flowConflicts(end, share);
  }

  private static boolean mayShare(LocalEnd a, LocalEnd b, boolean otherListens) {
    return a.reuseAddress() && b.reuseAddress() && !otherListens || a.reusePort() && b.reusePort();
  }

  /** Flows of the port: where it has any, a look at all of them, since {@code bind} is rare. */
  private boolean flowConflicts(LocalEnd end, boolean share) {
    if (engine.flows.users(end.port()) == 0) {
      return false;
    }
    FlowSearch search = new FlowSearch(end, share);
    engine.flows.forEach(search::visit);
    return search.ports.get(end.port());
  }

  /** Which ports have a flow that stands in the way of an end, or of it at any port. */
  private static final class FlowSearch {
    private final LocalEnd end;
    private final boolean share;
    private final BitSet ports = new BitSet();

    FlowSearch(LocalEnd end, boolean share) {
      this.end = end;
      this.share = share;
    }

    void visit(FlowEntry flow) {
      int port = flow.localPort;
      if (end.port() != 0 && end.port() != port || ports.get(port)) {
        return;
      }
      switch (flow) {
        case TcpSocket s -> {
          TcpSettings o = s.settings;
          check(port, s.localHi, s.localLo, o.device, o.reuseAddress, o.reusePort);
        }
        case TimeWait t -> check(port, t.localHi, t.localLo, t.device, t.reuse, t.reusePort);
        case IncomingSyn syn -> {
          // nothing stands yet
        }
      }
    }

    private void check(
        int port, long hi, long lo, @Nullable NetDevice device, boolean reuse, boolean reusePort) {
      LocalEnd other = new LocalEnd(hi, lo, port, false, device, reuse, reusePort);
      if (end.overlaps(other) && !(share && mayShare(end, other, false))) {
        ports.set(port);
      }
    }
  }
}
