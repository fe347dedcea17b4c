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

  private final EventLoop loop;
  private final RandomSource random;
  private final NeighbourSettings settings;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Timer> waiting = new ArrayList<>();

  ProxyTable(EventLoop loop, RandomSource random, NeighbourSettings settings) {
    this.loop = loop;
    this.random = random;
    this.settings = settings;
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
    return exact && entries.remove(found);
  }

  /** Takes away what is of a device. */
  void removeDevice(NetDevice device) {
    entries.removeIf(entry -> device.equals(entry.device()));
  }

  /**
   * Answers after a random time, so that the owner itself may come first ({@code pneigh_enqueue});
   * not at all where too many wait.
   */
  void later(NetDevice device, Runnable answer) {
    if (waiting.size() >= settings.proxyQueue) {
      return;
    }
    Timer[] own = new Timer[1];
    own[0] =
        loop.timer(() -> {
          waiting.remove(own[0]);
          if (device.isUp()) {
            answer.run();
          }
        });
    waiting.add(own[0]);
    own[0].arm(loop.now() + (long) (random.nextDouble() * settings.proxyDelay));
  }
}
