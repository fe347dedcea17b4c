package dev.patchbay.stack.neighbour;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.time.Timer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of others for which we answer ({@code ip neigh add proxy}; Linux: {@code pneigh}),
 * and the answers that wait for their time. Of the loop's thread.
 */
public final class ProxyTable {
  /**
   * One address.
   *
   * @param device on which it is answered for; null for all
   * @param router what is said of it (IPv6)
   * @param protocol who made it (of {@code rt_protos}), null where nobody said
   */
  public record Entry(
      long hi, long lo, @Nullable NetDevice device, boolean router, @Nullable String protocol) {}

  /** Told of what is answered for on one device alone. */
  public interface Listener {
    /** An address is answered for from now on. */
    void added(Entry entry, NetDevice device);

    /** And no more. */
    void removed(Entry entry, NetDevice device);
  }

  /** An answer that waits. */
  private record Waiting(NetDevice device, Timer timer) {}

  private final EventLoop loop;
  private final RandomSource random;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private @Nullable Listener listener;

  ProxyTable(EventLoop loop, RandomSource random) {
    this.loop = loop;
    this.random = random;
  }

  /** Who is told: hosts ask for an address of IPv6 in a group of its own. */
  public void onChange(Listener told) {
    listener = told;
  }

  /** All entries in the order in which they were made; a copy. */
  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The entry that answers for the address on a device (null: on all), or null. */
  public @Nullable Entry find(long hi, long lo, @Nullable NetDevice device) {
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      NetDevice on = entry.device();
      if (entry.lo() == lo && entry.hi() == hi && (on == null || on.equals(device))) {
        return entry;
      }
    }
    return null;
  }

  /** Makes an entry, or changes what is said of it; without a protocol it keeps its own. */
  public void put(Entry entry) {
    Entry known = find(entry.hi(), entry.lo(), entry.device());
    if (known == null) {
      entries.add(entry);
      NetDevice device = entry.device();
      if (listener != null && device != null) {
        listener.added(entry, device);
      }
      return;
    }
    String protocol = entry.protocol() == null ? known.protocol() : entry.protocol();
    Entry changed = new Entry(known.hi(), known.lo(), known.device(), entry.router(), protocol);
    entries.set(entries.indexOf(known), changed);
  }

  /** Takes the entry of exactly that device away; false where there is none. */
  public boolean remove(long hi, long lo, @Nullable NetDevice device) {
    Entry found = find(hi, lo, device);
    boolean exact = found != null && (found.device() != null || device == null);
    if (found == null || !exact) {
      return false;
    }
    entries.remove(found);
    NetDevice on = found.device();
    if (listener != null && on != null) {
      listener.removed(found, on);
    }
    return true;
  }

  /** Takes away what is of a device, and the answers that wait to leave by it. */
  void removeDevice(NetDevice device) {
    for (Entry entry : entries()) {
      if (device.equals(entry.device())) {
        remove(entry.hi(), entry.lo(), device);
      }
    }
    for (Waiting answer : List.copyOf(waiting)) {
      if (answer.device().equals(device)) {
        answer.timer().cancel();
        waiting.remove(answer);
      }
    }
  }

  /**
   * Answers after a random time, so that the owner itself may come first ({@code pneigh_enqueue});
   * not at all where too many wait.
   */
  void later(NetDevice device, NeighbourSettings settings, Runnable answer) {
    if (waiting.size() >= settings.proxyQueue()) {
      return;
    }
    Waiting[] own = new Waiting[1];
    Timer timer =
        loop.timer(() -> {
          waiting.remove(own[0]);
          answer.run();
        });
    own[0] = new Waiting(device, timer);
    waiting.add(own[0]);
    timer.arm(loop.now() + (long) (random.nextDouble() * settings.proxyDelay()));
  }
}
