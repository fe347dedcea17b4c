package dev.patchbay.backend.uplink;

import dev.patchbay.stack.random.SipHash;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A hash table by address and number (a port, or more in one int) that neither boxes nor allocates
 * when asked. The hash is keyed, since guests and strangers choose the keys.
 */
final class EndpointTable<T extends EndpointTable.Node> {
  /** What can be in a table; in one at a time. */
  abstract static class Node {
    final long hi;
    final long lo;
    final int number;
    private @Nullable Node chain;

    Node(long hi, long lo, int number) {
      this.hi = hi;
      this.lo = lo;
      this.number = number;
    }
  }

  private final SipHash hash;
  private @Nullable Node[] buckets = new Node[64];
  private int count;

  EndpointTable(SipHash hash) {
    this.hash = hash;
  }

  int count() {
    return count;
  }

  private int bucket(long hi, long lo, int number, int size) {
    return (int) hash.hash(hi, lo ^ (long) number << 32 ^ number) & size - 1;
  }

  @SuppressWarnings("unchecked")
  @Nullable T get(long hi, long lo, int number) {
    Node n = buckets[bucket(hi, lo, number, buckets.length)];
    while (n != null && (n.lo != lo || n.number != number || n.hi != hi)) {
      n = n.chain;
    }
    return (T) n;
  }

  void put(T node) {
    if (count >= buckets.length) {
      grow();
    }
    link(node, buckets);
    count++;
  }

  private void link(Node node, @Nullable Node[] into) {
    int at = bucket(node.hi, node.lo, node.number, into.length);
    node.chain = into[at];
    into[at] = node;
  }

  private void grow() {
    @Nullable Node[] bigger = new Node[buckets.length * 2];
    for (Node n : buckets) {
      while (n != null) {
        Node after = n.chain;
        link(n, bigger);
        n = after;
      }
    }
    buckets = bigger;
  }

  void remove(T node) {
    int at = bucket(node.hi, node.lo, node.number, buckets.length);
    Node before = null;
    for (Node n = buckets[at]; n != null; n = n.chain) {
      if (n.equals(node)) {
        if (before == null) {
          buckets[at] = n.chain;
        } else {
          before.chain = n.chain;
        }
        n.chain = null;
        count--;
        return;
      }
      before = n;
    }
  }

  /** All of them now; for sweeps and listings. */
  @SuppressWarnings("unchecked")
  List<T> all() {
    List<T> list = new ArrayList<>(count);
    for (Node bucket : buckets) {
      for (Node n = bucket; n != null; n = n.chain) {
        list.add((T) n);
      }
    }
    return list;
  }
}
