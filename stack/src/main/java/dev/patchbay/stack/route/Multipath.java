package dev.patchbay.stack.route;

import dev.patchbay.stack.device.NetDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Several next hops of one route, of which the hash of a flow chooses one (Linux: the {@code
 * fib_nh} of a {@code fib_info}, {@code fib_select_multipath}; the siblings of a {@code fib6_info},
 * {@code fib6_select_path}).
 *
 * <p>Each hop gets the share of the 2^31 values that its weight is of the weights of all that can
 * be used; the bounds are Linux's ({@code fib_rebalance}), reckoned when a packet comes, so that a
 * device that goes down needs no second thought. Immutable; a choice allocates nothing.
 */
public final class Multipath {
  /**
   * One next hop.
   *
   * @param way a route by it alone
   * @param weight its share, 1 to 256
   */
  public record Hop(Route way, int weight) {
    /** Whether its device is up: else it is {@code dead}, and not chosen. */
    public boolean isAlive() {
      NetDevice out = way.device();
      return out != null && out.isUp();
    }

    boolean isBy(NetDevice device) {
      return device.equals(way.device());
    }

    /** Whether both lead the same way ({@code rt6_duplicate_nexthop}). */
    boolean isSameWay(Hop other) {
      return Objects.equals(way.device(), other.way.device())
          && Objects.equals(way.gateway(), other.way.gateway());
    }
  }

  private final List<Hop> list;
  private final Hop[] hops;

  /**
   * @param hops at least one; one alone only where it is asked for
   */
  public Multipath(List<Hop> hops) {
    list = List.copyOf(hops);
    this.hops = list.toArray(Hop[]::new);
  }

  /** The hops in the order in which they were named. */
  public List<Hop> hops() {
    return list;
  }

  /**
   * The way of a flow; the first one where none can be used.
   *
   * @param hash 31 bits
   */
  Route select(int hash) {
    long total = 0;
    for (Hop hop : hops) {
      total += hop.isAlive() ? hop.weight : 0;
    }
    long weights = 0;
    for (Hop hop : hops) {
      if (hop.isAlive()) {
        weights += hop.weight;
        // hash <= DIV_ROUND_CLOSEST(weights << 31, total) - 1, without the division
        if ((weights << 31) + (total >>> 1) >= (hash + 1L) * total) {
          return hop.way;
        }
      }
    }
    return hops[0].way;
  }

  /** The first way by a device, or null. */
  public @Nullable Route by(NetDevice device) {
    for (Hop hop : hops) {
      if (hop.isBy(device) && hop.isAlive()) {
        return hop.way;
      }
    }
    return null;
  }

  boolean uses(NetDevice device) {
    return list.stream().anyMatch(hop -> hop.isBy(device));
  }

  boolean isDead() {
    return list.stream().noneMatch(Hop::isAlive);
  }

  /** Two lists of hops, the second behind the first. */
  static List<Hop> joined(List<Hop> first, List<Hop> second) {
    List<Hop> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Multipath more && list.equals(more.list);
  }

  @Override
  public int hashCode() {
    return list.hashCode();
  }
}
