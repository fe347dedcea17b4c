package dev.patchbay.backend.dhcp6;

import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The addresses that somebody has or had; no port has more than a bound. */
final class Lease6Table {
  private final int perPort;
  private final TreeMap<IpAddress, Lease6> byIp = new TreeMap<>();

  Lease6Table(int perPort) {
    this.perPort = perPort;
  }

  @Nullable Lease6 at(IpAddress ip) {
    return byIp.get(ip);
  }

  /** The record of a client's association, or null. */
  @Nullable Lease6 of(String duid, int iaid) {
    for (Lease6 lease : byIp.values()) {
      if (lease.is(duid, iaid)) {
        return lease;
      }
    }
    return null;
  }

  /** Writes a record over that of its address and over the other one of its association. */
  void put(Lease6 lease) {
    Lease6 other = lease.duid().isEmpty() ? null : of(lease.duid(), lease.iaid());
    if (other != null) {
      byIp.remove(other.ip());
    }
    byIp.put(lease.ip(), lease);
  }

  void remove(IpAddress ip) {
    byIp.remove(ip);
  }

  /** Whether nobody holds an address. */
  boolean isFree(IpAddress ip, long now) {
    Lease6 lease = byIp.get(ip);
    return lease == null || !lease.holds(now);
  }

  /** Whether {@code port} may have one more; makes room by forgetting its oldest idle record. */
  boolean makeRoom(String port, long now) {
    int count = 0;
    Lease6 idle = null;
    for (Lease6 lease : byIp.values()) {
      if (lease.port().equals(port)) {
        count++;
        if (!lease.holds(now) && (idle == null || lease.expires() < idle.expires())) {
          idle = lease;
        }
      }
    }
    if (count >= perPort && idle != null) {
      byIp.remove(idle.ip());
    }
    return count < perPort || idle != null;
  }

  /** All records by address, a copy. */
  List<Lease6> all() {
    return new ArrayList<>(byIp.values());
  }
}
