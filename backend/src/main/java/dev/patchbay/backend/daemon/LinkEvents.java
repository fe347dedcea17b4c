package dev.patchbay.backend.daemon;

import dev.patchbay.backend.control.EventLog;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.wire.Addresses;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Events of what guests do with their cables: {@code link}, {@code address} and {@code
 * duplicate-mac}. A guest can cause the latter two as often as it likes, so they are limited in
 * number. On the loop.
 */
final class LinkEvents {
  private static final Logger LOG = LogManager.getLogger("patchbay");
  private static final long SECOND = 1_000_000_000L;

  /** Two ports count as having the same MAC if it was seen at both within this time. */
  private static final long DUPLICATE = 60 * SECOND;

  /** Addresses of which one warning is remembered. */
  private static final int WARNINGS = 256;

  private final EventLog events;
  private final Limit addresses;
  private final Limit duplicates;
  private final Set<Long> warned = new HashSet<>();

  /** At most so many in a time. */
  private static final class Limit {
    private final LongSupplier clock;
    private final int most;
    private final long per;
    private long since;
    private int count;

    Limit(LongSupplier clock, int most, long per) {
      this.clock = clock;
      this.most = most;
      this.per = per;
      since = clock.getAsLong();
    }

    boolean pass() {
      long now = clock.getAsLong();
      if (now - since >= per) {
        since = now;
        count = 0;
      }
      return count++ < most;
    }
  }

  /**
   * @param clock monotonic ns
   */
  LinkEvents(EventLog events, LongSupplier clock) {
    this.events = events;
    addresses = new Limit(clock, 100, SECOND);
    duplicates = new Limit(clock, 10, DUPLICATE);
  }

  /** From now on changes of the port's link are told. */
  void watch(PortDevice port) {
    boolean[] last = {isLinked(port)};
    port.onLinkChange(() -> {
      boolean link = isLinked(port);
      if (link != last[0]) {
        last[0] = link;
        events.append("link", Map.of("port", port.name(), "link", link, "by", "plug"));
      }
    });
  }

  private static boolean isLinked(NetDevice port) {
    return port.isUp() && port.hasCarrier();
  }

  /** A guest's address is new, or has moved to another MAC or port. */
  void neighbour(Neighbour neighbour) {
    NetDevice port = neighbour.port();
    if (port != null && neighbour.mac() != 0 && addresses.pass()) {
      events.append(
          "address",
          Map.of(
              "port",
              port.name(),
              "address",
              Addresses.toString(neighbour.hi(), neighbour.lo()),
              "mac",
              Addresses.macToString(neighbour.mac())));
    }
  }

  /**
   * A MAC is seen at another port than before.
   *
   * @param age ns since it was seen at the other one
   */
  void moved(long mac, NetDevice from, NetDevice to, long age) {
    if (age >= DUPLICATE || !duplicates.pass()) {
      return;
    }
    String text = Addresses.macToString(mac);
    events.append(
        "duplicate-mac", Map.of("mac", text, "ports", java.util.List.of(from.name(), to.name())));
    if (warned.size() < WARNINGS && warned.add(mac)) {
      LOG.warn(
          "{} and {}: two guests with the same MAC {}; give each its own, e.g. by"
              + " `-net nic,macaddr=52:54:00:12:34:57`",
          from.name(),
          to.name(),
          text);
    }
  }
}
