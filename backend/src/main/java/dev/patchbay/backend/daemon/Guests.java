package dev.patchbay.backend.daemon;

import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.backend.uplink.GuestResolver;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.wire.Addresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who is where: the addresses behind each port, newest first, from what the neighbour table has
 * heard and from the leases. On the loop.
 *
 * <p>A guest that changed its address is found under the new one, because an address that was heard
 * of later is newer; its IPv6 link-local serves when nothing else is known. A guest that has got
 * its lease and said nothing since is found under that: it would have to be asked by ARP anyway;
 * but not where somebody else was heard of under that address since. An address that was asked in
 * vain comes after all others.
 */
final class Guests implements GuestResolver {
  /** Where a forward leads that names no guest while no single attachment is there: 10.0.2.15. */
  private static final IpAddress FIRST_LEASE = IpAddress.parse("10.0.2.15");

  private final NetworkStack stack;
  private final Map<String, PortDevice> ports;
  private final Function<NetworkStack, List<Lease>> leases;

  /** When each address was leased by this process, on the loop's clock in ns. */
  private final Map<Integer, Long> leasedAt = new HashMap<>();

  /**
   * @param ports by attachment, live
   * @param leases those of a namespace, with their state now
   */
  Guests(
      NetworkStack stack,
      Map<String, PortDevice> ports,
      Function<NetworkStack, List<Lease>> leases) {
    this.stack = stack;
    this.ports = ports;
    this.leases = leases;
  }

  /** A lease has changed. */
  void leased(Lease lease) {
    if (lease.state() == Lease.State.BOUND) {
      leasedAt.put(lease.ip(), stack.loop().now());
    } else {
      leasedAt.remove(lease.ip());
    }
  }

  /** Addresses heard of behind a port, the newest first. */
  List<IpAddress> addresses(PortDevice port) {
    NetworkStack where = DeviceWatch.whereIs(stack.namespaces(), port);
    return newest(
        where == null ? stack : where, n -> isOf(port, n), l -> l.port().equals(port.name()));
  }

  private static boolean isOf(PortDevice port, Neighbour n) {
    return port.equals(n.port());
  }

  /** The Ethernet address heard of last behind a port that has no master, 0 for none. */
  long mac(PortDevice port) {
    NetworkStack where = DeviceWatch.whereIs(stack.namespaces(), port);
    Neighbour newest = null;
    for (Neighbour n : where == null ? List.<Neighbour>of() : where.neighbours().entries()) {
      boolean own = n.mac() != 0 && isOf(port, n);
      if (own && (newest == null || n.heard() > newest.heard())) {
        newest = n;
      }
    }
    return newest == null ? 0 : newest.mac();
  }

  private List<IpAddress> newest(
      NetworkStack where, Predicate<Neighbour> which, Predicate<Lease> whose) {
    Map<IpAddress, Long> heard = new HashMap<>();
    for (Lease lease : leases.apply(where)) {
      if (lease.state() == Lease.State.BOUND && whose.test(lease)) {
        // those of an earlier process are older than whatever was heard since
        long time = leasedAt.getOrDefault(lease.ip(), Long.MIN_VALUE);
        heard.put(new IpAddress(0, Addresses.v4(lease.ip())), time);
      }
    }
    Set<IpAddress> silent = new HashSet<>();
    for (Neighbour n : where.neighbours().entries()) {
      if (n.mac() == 0) {
        continue;
      }
      IpAddress address = new IpAddress(n.hi(), n.lo());
      Long leased = heard.get(address);
      boolean newer = leased == null || leased <= n.heard();
      if (which.test(n)) {
        heard.merge(address, n.heard(), Math::max);
        if (newer && isSilent(n)) {
          silent.add(address);
        }
      } else if (newer) {
        heard.remove(address); // somebody else has it since
      }
    }
    List<IpAddress> found = new ArrayList<>(heard.keySet());
    found.sort(
        Comparator.comparing((IpAddress a) -> silent.contains(a))
            .thenComparing(a -> rank(a.hi(), a.lo()))
            .thenComparing(a -> heard.getOrDefault(a, 0L), Comparator.reverseOrder()));
    return found;
  }

  /** Whether it was asked in vain. */
  private static boolean isSilent(Neighbour n) {
    return n.state() == Neighbour.State.FAILED || n.state() == Neighbour.State.INCOMPLETE;
  }

  /** IPv4 first, then global IPv6, then link-local. */
  private static int rank(long hi, long lo) {
    return Addresses.isV4(hi, lo) ? 0 : Addresses.isLinkLocal(hi, lo) ? 2 : 1;
  }

  @Override
  public @Nullable IpAddress resolve(Forward.Guest guest) {
    return switch (guest) {
      case Forward.Guest.Address(InetAddress ip) -> IpAddress.of(ip);
      case Forward.Guest.Name(String name) -> behind(name);
      case Forward.Guest.Mac(var mac) -> {
        List<IpAddress> found =
            newest(stack, n -> n.mac() == mac.value(), l -> l.mac() == mac.value());
        yield found.isEmpty() ? null : found.getFirst();
      }
      case Forward.Guest.Only only -> {
        if (ports.size() != 1) {
          yield FIRST_LEASE;
        }
        IpAddress found = behind(ports.keySet().iterator().next());
        yield found == null ? FIRST_LEASE : found;
      }
    };
  }

  /**
   * Who a forward leads to, as {@code ready} shows it: also where its rule leaves it out, the name
   * of the only attachment, else 10.0.2.15.
   */
  String word(Forward.Guest guest) {
    if (!(guest instanceof Forward.Guest.Only)) {
      return guest.toString();
    }
    return ports.size() == 1 ? ports.keySet().iterator().next() : FIRST_LEASE.toString();
  }

  private @Nullable IpAddress behind(String name) {
    PortDevice port = ports.get(name);
    if (port == null) {
      return null;
    }
    NetworkStack where = DeviceWatch.whereIs(stack.namespaces(), port);
    if (where != null && !where.equals(stack)) {
      return null; // no forward leads there
    }
    List<IpAddress> found = addresses(port);
    return found.isEmpty() ? null : found.getFirst();
  }
}
