package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketQueue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Packets by the time at which they go, those of one time in the order in which they came ({@code
 * tfifo}). One that goes after all others is put at the end of a list; one that overtakes, into a
 * heap, whose arrays grow to what they had to hold and stay. The time stands in {@link
 * Packet#time}.
 */
final class NetemQueue {
  private final PacketQueue list = new PacketQueue();
  private @Nullable Packet[] heap = new Packet[16];
  private long[] order = new long[16];
  private int heaped;
  private long arrivals;

  /** Takes a packet that goes at {@code time}, ns. */
  void add(Packet packet, long time) {
    packet.time = time;
    Packet last = list.peekLast();
    if (last == null || time >= last.time) {
      list.add(packet);
      return;
    }
    if (heaped == heap.length) {
      heap = Arrays.copyOf(heap, heaped * 2);
      order = Arrays.copyOf(order, heaped * 2);
    }
    long arrival = arrivals++;
    int at = heaped++;
    while (at > 0 && before(packet, arrival, (at - 1) / 2)) {
      move((at - 1) / 2, at);
      at = (at - 1) / 2;
    }
    heap[at] = packet;
    order[at] = arrival;
  }

  private boolean before(Packet packet, long arrival, int at) {
    Packet other = heap[at];
    return other != null
        && (packet.time < other.time || packet.time == other.time && arrival < order[at]);
  }

  private void move(int from, int to) {
    heap[to] = heap[from];
    order[to] = order[from];
  }

  /** The packet that goes first, which stays; or null. */
  @Nullable Packet peek() {
    Packet first = list.peek();
    Packet overtaking = heap[0];
    if (first == null || overtaking == null) {
      return first == null ? overtaking : first;
    }
    return overtaking.time < first.time ? overtaking : first;
  }

  /** Gives away what {@link #peek} shows. */
  @Nullable Packet poll() {
    Packet first = peek();
    if (first == null || !first.equals(heap[0])) {
      return list.poll();
    }
    int last = --heaped;
    Packet moved = heap[last];
    long arrival = order[last];
    heap[last] = null;
    if (last > 0 && moved != null) {
      sink(moved, arrival);
    }
    return first;
  }

  private void sink(Packet packet, long arrival) {
    int at = 0;
    for (int child = 1; child < heaped; child = 2 * at + 1) {
      Packet right = child + 1 < heaped ? heap[child + 1] : null;
      if (right != null && before(right, order[child + 1], child)) {
        child++;
      }
      if (before(packet, arrival, child)) {
        break;
      }
      move(child, at);
      at = child;
    }
    heap[at] = packet;
    order[at] = arrival;
  }

  /** The time of the packet that goes last, or {@link Long#MIN_VALUE}. */
  long lastTime() {
    // what overtakes stands before the end of the list, and goes before it
    Packet last = list.peekLast();
    return last == null ? Long.MIN_VALUE : last.time;
  }
}
