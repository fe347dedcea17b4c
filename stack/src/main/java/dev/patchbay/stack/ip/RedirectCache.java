package dev.patchbay.stack.ip;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.random.SipHash;
import dev.patchbay.stack.route.Route;
import org.jspecify.annotations.Nullable;

/**
 * What redirects have told of next hops (Linux: {@code fib_nh_exception}, {@code rt6_exception}): a
 * fixed number of destinations, the newest in each slot, each for the gateway that said so alone.
 * Of the loop's thread.
 */
public final class RedirectCache {
  private static final int SLOTS = 1024;

  /** {@code ip_rt_gc_timeout}. */
  private static final long EXPIRES = 300L * 1_000_000_000;

  /**
   * One destination.
   *
   * @param from the gateway of the route
   * @param to the next hop in its stead
   */
  private record Entry(
      IpAddress destination, NetDevice device, IpAddress from, IpAddress to, long until) {}

  private final EventLoop loop;
  private final SipHash hash;
  private final @Nullable Entry[] slots = new Entry[SLOTS];
  private boolean used;

  /** An empty one. */
  public RedirectCache(EventLoop loop, RandomSource random) {
    this.loop = loop;
    hash = random.hash("redirects");
  }

  private int slot(long hi, long lo) {
    return (int) hash.hash(hi, lo) & SLOTS - 1;
  }

  /** Packets to a destination that go by {@code from} shall go to another one instead. */
  void learn(IpAddress destination, NetDevice device, IpAddress from, IpAddress to) {
    used = true;
    slots[slot(destination.hi(), destination.lo())] =
        new Entry(destination, device, from, to, loop.now() + EXPIRES);
  }

  /** The next hop of a route for a destination: its gateway, the one in its stead, or null. */
  public @Nullable IpAddress gateway(Route route, long hi, long lo) {
    IpAddress gateway = route.gateway();
    if (!used || gateway == null) {
      return gateway;
    }
    Entry entry = slots[slot(hi, lo)];
    boolean fits =
        entry != null
            && entry.destination.lo() == lo
            && entry.destination.hi() == hi
            && entry.device.equals(route.device())
            && entry.from.equals(gateway)
            && entry.until > loop.now();
    return fits && entry != null ? entry.to : gateway;
  }
}
