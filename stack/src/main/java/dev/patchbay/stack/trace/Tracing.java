package dev.patchbay.stack.trace;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.packet.Packet;
import java.util.ArrayList;
import java.util.List;

/**
 * Who follows packets of one namespace. Where nobody does, hooks without rules are passed by, and
 * those with rules look whether {@link #isOn} once. Of the loop's thread.
 */
public final class Tracing {
  private final Runnable changed;
  private final List<TraceReader> readers = new ArrayList<>();

  /**
   * Nobody follows anything yet.
   *
   * @param changed is run when the first has come or the last has gone
   */
  public Tracing(Runnable changed) {
    this.changed = changed;
  }

  /** Whether anybody wants packets followed. */
  public boolean isOn() {
    return !readers.isEmpty();
  }

  /** Asks this one too from now on. */
  public void add(TraceReader reader) {
    readers.add(reader);
    changed.run();
  }

  /** Asks it no more; what it follows already it follows to its end. */
  public void remove(TraceReader reader) {
    readers.remove(reader);
    changed.run();
  }

  /** The namespace has gone. */
  public void close() {
    List.copyOf(readers).forEach(TraceReader::gone);
  }

  /** A packet that nobody follows is at a hook. */
  public void offer(PacketFields p) {
    offer(p, false);
  }

  /** A rule wants a packet followed ({@code nf_trace}). */
  public void mark(PacketFields p) {
    if (p.packet().trace == null) {
      offer(p, true);
    }
  }

  private void offer(PacketFields p, boolean marked) {
    List<Trace> found = new ArrayList<>();
    for (TraceReader reader : List.copyOf(readers)) {
      Trace trace = reader.follow(p, marked);
      if (trace != null) {
        found.add(trace);
      }
    }
    if (!found.isEmpty()) {
      Trace trace = found.size() == 1 ? found.getFirst() : new TraceGroup(found);
      Packet packet = p.packet();
      packet.trace = trace;
      trace.begins(p);
    }
  }
}
