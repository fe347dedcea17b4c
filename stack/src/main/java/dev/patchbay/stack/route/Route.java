package dev.patchbay.stack.route;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * One route ({@code fib_info} with its prefix).
 *
 * @param destination network address
 * @param prefix length of its prefix within the family, 0 to 32 or 128
 * @param type what happens to packets that match
 * @param gateway next hop, or null where the destination is on the link
 * @param device where it leaves; null for the types that send nothing
 * @param source preferred source address, or null
 * @param metric less is better
 * @param local whether it stands in table local
 * @param protocol who made it: {@code kernel}, {@code boot}, {@code static}, {@code ra}
 * @param scope reach of the route
 */
public record Route(
    IpAddress destination,
    int prefix,
    Type type,
    @Nullable IpAddress gateway,
    @Nullable NetDevice device,
    @Nullable IpAddress source,
    int metric,
    boolean local,
    String protocol,
    Scope scope) {
  /** What happens to packets that match ({@code RTN_*}). */
  public enum Type {
    UNICAST,
    LOCAL,
    BROADCAST,
    ANYCAST,
    MULTICAST,
    BLACKHOLE,
    UNREACHABLE,
    PROHIBIT
  }

  /** Whether both say the same about the same prefix, so that one replaces the other. */
  public boolean sameKey(Route other) {
    return destination.equals(other.destination)
        && prefix == other.prefix
        && metric == other.metric
        && local == other.local;
  }
}
