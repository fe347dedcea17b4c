package dev.patchbay.backend.dhcp6;

import dev.patchbay.stack.ip.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server gives away.
 *
 * @param mac the Ethernet address by which the server is known (DUID-LL)
 * @param pool the addresses, or null: other information alone
 * @param leaseSeconds valid and preferred lifetime; 0xffffffff is for ever
 * @param dns option 23
 * @param search option 24
 */
public record Dhcp6Settings(
    long mac, @Nullable Pool pool, long leaseSeconds, List<IpAddress> dns, List<String> search) {
  /** Takes copies. */
  public Dhcp6Settings {
    dns = List.copyOf(dns);
    search = List.copyOf(search);
  }

  /**
   * Addresses from the first to the last, of one network of the device.
   *
   * @param prefix length of the network's prefix
   * @param own the device's addresses, which nobody gets
   */
  public record Pool(IpAddress first, IpAddress last, int prefix, List<IpAddress> own) {
    /** Takes a copy. */
    public Pool {
      own = List.copyOf(own);
    }

    boolean contains(IpAddress ip) {
      return first.compareTo(ip) <= 0 && ip.compareTo(last) <= 0 && !own.contains(ip);
    }

    boolean isOnLink(IpAddress ip) {
      return ip.network(prefix).equals(first.network(prefix));
    }
  }
}
