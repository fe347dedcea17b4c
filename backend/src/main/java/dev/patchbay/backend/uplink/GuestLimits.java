package dev.patchbay.backend.uplink;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many flows each guest has: an address behind a port. A port has a share of its own, since a
 * guest may send from as many addresses as it likes. Asked when a flow begins and ends, never per
 * packet.
 */
final class GuestLimits {
  /** One port may have half of everything. */
  private static final int PORTS = 2;

  /** What is counted apart. */
  enum Kind {
    TCP,
    UDP,
    PING
  }

  /** Numbers by kind. */
  private static class Flows {
    final int[] numbers = new int[Kind.values().length];

    int of(Kind kind) {
      return numbers[kind.ordinal()];
    }

    int datagram() {
      return of(Kind.UDP) + of(Kind.PING);
    }

    void add(Kind kind, int change) {
      numbers[kind.ordinal()] += change;
    }

    boolean isEmpty() {
      for (int n : numbers) {
        if (n > 0) {
          return false;
        }
      }
      return true;
    }
  }

  /** An address behind a port; null for what came by none. */
  private record Key(IpAddress address, @Nullable NetDevice port) {}

  /** The flows of one address behind one port. */
  static final class Guest extends Flows {
    private final Key key;
    private final Flows port;

    Guest(Key key, Flows port) {
      this.key = key;
      this.port = port;
    }
  }

  private final Map<Key, Guest> guests = new HashMap<>();
  private final Map<@Nullable NetDevice, Flows> ports = new HashMap<>();
  private final Flows all = new Flows();
  private final UplinkOptions options;

  GuestLimits(UplinkOptions options) {
    this.options = options;
  }

  /**
   * Counts a new flow, or gives null where a limit is reached.
   *
   * @param port of the bridge by which the guest's packet came, or null
   */
  @Nullable Guest take(Kind kind, long hi, long lo, @Nullable NetDevice port) {
    Flows behind = ports.get(port);
    if (isFull(kind, all, 1) || behind != null && isFull(kind, behind, PORTS)) {
      return null;
    }
    Key key = new Key(new IpAddress(hi, lo), port);
    Guest guest = guests.get(key);
    if ((guest == null ? 0 : guest.of(kind)) >= limit(kind)) {
      return null;
    }
    if (guest == null) {
      guest = new Guest(key, ports.computeIfAbsent(port, p -> new Flows()));
      guests.put(key, guest);
    }
    count(kind, guest, 1);
    return guest;
  }

  /** Whether there are {@code 1 / parts} of what all guests together may have. */
  private boolean isFull(Kind kind, Flows flows, int parts) {
    return kind == Kind.TCP
        ? flows.of(kind) >= options.maxTcp / parts
        : flows.datagram() >= options.maxDatagram / parts;
  }

  private void count(Kind kind, Guest guest, int change) {
    guest.add(kind, change);
    guest.port.add(kind, change);
    all.add(kind, change);
  }

  private int limit(Kind kind) {
    return switch (kind) {
      case TCP -> options.maxTcpPerGuest;
      case UDP -> options.maxUdpPerGuest;
      case PING -> options.maxPingPerGuest;
    };
  }

  /** Counts the end of a flow. */
  void give(Kind kind, Guest guest) {
    count(kind, guest, -1);
    if (guest.isEmpty()) {
      guests.remove(guest.key);
    }
    if (guest.port.isEmpty()) {
      ports.remove(guest.key.port);
    }
  }

  /** Flows of all guests. */
  int total(Kind kind) {
    return all.of(kind);
  }
}
