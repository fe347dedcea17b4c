package dev.patchbay.backend.dhcp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that somebody has or had, by address and by client. A client has one at most; no
 * port has more than a bound, so that one guest cannot eat the pool.
 */
final class LeaseTable {
  private final int perPort;
  private final TreeMap<Integer, Lease> byIp = new TreeMap<>(Integer::compareUnsigned);
  private final Map<Long, Integer> byKey = new HashMap<>();

  LeaseTable(int perPort) {
    this.perPort = perPort;
  }

  @Nullable Lease at(int ip) {
    return byIp.get(ip);
  }

  /**
   * The record of a client: that of its key, else that of its client identifier behind the same
   * port (identifiers of cloned images are equal on several guests).
   */
  @Nullable Lease of(long key, String clientId, String port) {
    Integer ip = key == 0 ? null : byKey.get(key);
    if (ip != null) {
      return byIp.get(ip);
    }
    if (clientId.isEmpty()) {
      return null;
    }
    for (Lease lease : byIp.values()) {
      if (lease.clientId().equals(clientId)
          && lease.port().equals(port)
          && lease.state() != Lease.State.DECLINED) {
        return lease;
      }
    }
    return null;
  }

  /** Writes a record over that of its address and over the other one of its client. */
  void put(Lease lease) {
    remove(lease.ip());
    if (lease.key() != 0) {
      Integer other = byKey.get(lease.key());
      if (other != null) {
        byIp.remove(other);
      }
      byKey.put(lease.key(), lease.ip());
    }
    byIp.put(lease.ip(), lease);
  }

  void remove(int ip) {
    Lease old = byIp.remove(ip);
    if (old != null && old.key() != 0) {
      byKey.remove(old.key());
    }
  }

  /** Whether nobody else holds {@code ip}. */
  boolean isFree(int ip, long now) {
    Lease lease = byIp.get(ip);
    return lease == null || !lease.holds(now);
  }

  /** Whether {@code port} may have one more; makes room by forgetting its oldest idle record. */
  boolean makeRoom(String port, long now) {
    int count = 0;
    for (Lease lease : byIp.values()) {
      if (lease.port().equals(port)) {
        count++;
      }
    }
    if (count < perPort) {
      return true;
    }
    Lease idle = oldestIdle(now, l -> l.port().equals(port));
    if (idle == null) {
      return false;
    }
    remove(idle.ip());
    return true;
  }

  /** The record that nobody holds and whose time ended first, or null. */
  @Nullable Lease oldestIdle(long now, Predicate<Lease> filter) {
    Lease oldest = null;
    for (Lease lease : byIp.values()) {
      if (!lease.holds(now)
          && filter.test(lease)
          && (oldest == null || lease.expires() < oldest.expires())) {
        oldest = lease;
      }
    }
    return oldest;
  }

  /** All records by address, a copy. */
  List<Lease> all() {
    return new ArrayList<>(byIp.values());
  }
}
