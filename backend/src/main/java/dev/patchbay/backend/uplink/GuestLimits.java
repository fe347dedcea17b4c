package dev.patchbay.backend.uplink;

import dev.patchbay.stack.ip.IpAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many flows each guest address has. Asked when a flow begins and ends, never per packet. */
final class GuestLimits {
  /** What is counted apart. */
  enum Kind {
    TCP,
    UDP,
    PING
  }

  /** The flows of one address. */
  static final class Guest {
    private final IpAddress address;
    private final int[] flows = new int[Kind.values().length];

    Guest(IpAddress address) {
      this.address = address;
    }
  }

  private final Map<IpAddress, Guest> guests = new HashMap<>();
  private final int[] totals = new int[Kind.values().length];
  private final UplinkOptions options;

  GuestLimits(UplinkOptions options) {
    this.options = options;
  }

  /** Counts a new flow, or gives null where a limit is reached. */
  @Nullable Guest take(Kind kind, long hi, long lo) {
    int datagram = totals[Kind.UDP.ordinal()] + totals[Kind.PING.ordinal()];
    boolean full =
        kind == Kind.TCP
            ? totals[Kind.TCP.ordinal()] >= options.maxTcp
            : datagram >= options.maxDatagram;
    if (full) {
      return null;
    }
    Guest guest = guests.computeIfAbsent(new IpAddress(hi, lo), Guest::new);
    if (guest.flows[kind.ordinal()] >= limit(kind)) {
      return null;
    }
    guest.flows[kind.ordinal()]++;
    totals[kind.ordinal()]++;
    return guest;
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
    guest.flows[kind.ordinal()]--;
    totals[kind.ordinal()]--;
    for (int n : guest.flows) {
      if (n > 0) {
        return;
      }
    }
    guests.remove(guest.address);
  }

  /** Flows of all guests. */
  int total(Kind kind) {
    return totals[kind.ordinal()];
  }
}
