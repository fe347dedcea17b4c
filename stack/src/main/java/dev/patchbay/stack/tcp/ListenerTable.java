package dev.patchbay.stack.tcp;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.SipHash;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The listeners of an engine by port ({@code inet_lookup_listener}). */
final class ListenerTable {
  private static final int BUCKETS = 256;

  private final @Nullable TcpListener[] buckets = new TcpListener[BUCKETS];
  private final SipHash hash;
  private final SegmentOutput output;

  /**
   * @param hash spreads flows over those that share a port
   * @param output knows by which device a segment came
   */
  ListenerTable(SipHash hash, SegmentOutput output) {
    this.hash = hash;
    this.output = output;
  }

  void add(TcpListener listener) {
    int bucket = listener.end.port() & BUCKETS - 1;
    listener.next = buckets[bucket];
    buckets[bucket] = listener;
  }

  void remove(TcpListener listener) {
    int bucket = listener.end.port() & BUCKETS - 1;
    TcpListener before = null;
    for (TcpListener l = buckets[bucket]; l != null; l = l.next) {
      if (l == listener) {
        if (before == null) {
          buckets[bucket] = l.next;
        } else {
          before.next = l.next;
        }
        return;
      }
      before = l;
    }
  }

  /** The listener that fits best; of those that share a port, one by the flow's hash. */
  @Nullable TcpListener find(Packet packet, int port) {
    TcpListener l = buckets[port & BUCKETS - 1];
    if (l == null) {
      return null;
    }
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    NetDevice by = output.receivedBy(packet);
    TcpListener best = null;
    int bestScore = -1;
    int equals = 0;
    for (; l != null; l = l.next) {
      int score = l.end.port() == port ? l.end.score(hi, lo, by) : -1;
      if (score > bestScore) {
        best = l;
        bestScore = score;
        equals = 1;
      } else if (score >= 0 && score == bestScore) {
        equals++;
      }
    }
    if (best == null || equals == 1) {
      return best;
    }
    return pick(best, packet, by, bestScore, equals);
  }

  private TcpListener pick(
      TcpListener first, Packet packet, @Nullable NetDevice by, int wanted, int equals) {
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    int port = first.end.port();
    long flow =
        hash.hash(
            packet.sourceHi(), packet.sourceLo(), hi, lo, FlowKey.ports(port, sourcePort(packet)));
    int skip = (int) ((flow & Long.MAX_VALUE) % equals);
    TcpListener chosen = first;
    for (TcpListener l = first; l != null; l = l.next) {
      if (l.end.port() == port && l.end.score(hi, lo, by) == wanted && skip-- == 0) {
        chosen = l;
      }
    }
    return chosen;
  }

  private static int sourcePort(Packet packet) {
    return packet.tcp().sourcePort();
  }

  void forEach(Consumer<TcpListener> action) {
    for (TcpListener first : buckets) {
      for (TcpListener l = first; l != null; l = l.next) {
        action.accept(l);
      }
    }
  }
}
