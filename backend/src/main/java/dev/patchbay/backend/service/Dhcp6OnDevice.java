package dev.patchbay.backend.service;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DhcpConfig;
import dev.patchbay.backend.config.DhcpConfig.Mode;
import dev.patchbay.backend.config.IpLiterals;
import dev.patchbay.backend.dhcp6.Dhcp6Server;
import dev.patchbay.backend.dhcp6.Dhcp6Service;
import dev.patchbay.backend.dhcp6.Dhcp6Settings;
import dev.patchbay.backend.dhcp6.Lease6;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link DhcpOnDevice} for IPv6: in the network of the device in which its range is.
 */
final class Dhcp6OnDevice {
  private static final Logger LOG = LogManager.getLogger("patchbay");

  private final Outfit outfit;
  private final String name;
  private @Nullable Dhcp6Server server;
  private @Nullable Dhcp6Service service;

  /**
   * @param name {@code [NETNS/]DEVICE}
   */
  Dhcp6OnDevice(Outfit outfit, String name) {
    this.outfit = outfit;
    this.name = name;
  }

  /**
   * Begins, or follows what has changed.
   *
   * @param resolvers what clients are told of where nothing is configured
   * @return why it cannot serve, or null
   * @throws ConfigException where the range does not lie in a network of the device
   */
  @Nullable String serve(Place found, DhcpConfig config, List<IpAddress> resolvers)
      throws ConfigException {
    DhcpConfig.Six six = config.six();
    if (six.mode() == Mode.OFF) {
      end();
      return null;
    }
    if (!found.device().isEthernet() || found.device().mac() == 0) {
      return found.device().name() + " is no Ethernet device";
    }
    Dhcp6Settings.Pool pool = null;
    DhcpConfig.Range6 range = six.range();
    if (six.mode() == Mode.STATEFUL && range != null) {
      List<InterfaceAddress> own = found.global(false);
      if (own.isEmpty()) {
        return found.device().name() + " has no IPv6 address but link-local ones";
      }
      pool = pool(own, range);
    }
    List<IpAddress> dns = new ArrayList<>();
    six.dns().forEach(address -> dns.add(IpAddress.of(address)));
    if (dns.isEmpty()) {
      resolvers.stream().filter(address -> !address.isV4()).forEach(dns::add);
    }
    long lease = config.lease().orElse(dev.patchbay.backend.dhcp.DhcpSettings.DEFAULT_LEASE);
    Dhcp6Settings settings =
        new Dhcp6Settings(found.device().mac(), pool, lease, dns, six.search());
    Dhcp6Server running = server;
    if (running != null) {
      if (!settings.equals(running.settings())) {
        running.settings(settings);
      }
      return null;
    }
    return open(found, settings) ? null : "UDP port 547 of " + found.device().name() + " is taken";
  }

  private static Dhcp6Settings.Pool pool(List<InterfaceAddress> own, DhcpConfig.Range6 range)
      throws ConfigException {
    IpAddress first = IpAddress.of(range.first());
    IpAddress last = IpAddress.of(range.last());
    for (InterfaceAddress a : own) {
      if (a.covers(first) && a.covers(last)) {
        List<IpAddress> taken = own.stream().map(InterfaceAddress::address).toList();
        return new Dhcp6Settings.Pool(first, last, a.prefix(), taken);
      }
    }
    InterfaceAddress a = own.getFirst();
    throw range
        .source()
        .error(
            "range6",
            IpLiterals.format(range.first()) + "-" + IpLiterals.format(range.last()),
            "expected addresses of " + a.onLink().network(a.prefix()) + "/" + a.prefix());
  }

  private boolean open(Place found, Dhcp6Settings settings) {
    Dhcp6Server made =
        new Dhcp6Server(
            settings,
            outfit.loop()::wallTime,
            kept(),
            leases ->
                outfit.leases().save6(name, () -> leases.stream().map(l -> l.toMap(name)).toList()),
            lease -> outfit.observer6().accept(name, lease));
    Dhcp6Service opened =
        new Dhcp6Service(outfit.loop(), found.stack().udp(), found.device(), made);
    if (!opened.open()) {
      return false;
    }
    server = made;
    service = opened;
    return true;
  }

  private List<Lease6> kept() {
    List<Lease6> kept = new ArrayList<>();
    for (Map<String, @Nullable Object> map : outfit.leases().load6(name)) {
      try {
        kept.add(Lease6.of(map));
      } catch (IllegalArgumentException e) {
        LOG.warn("{}: a lease of IPv6 is not read: {}", name, e.getMessage());
      }
    }
    return kept;
  }

  void end() {
    if (service != null) {
      service.close();
    }
    service = null;
    server = null;
  }

  /** What it gives at the moment. */
  Mode mode() {
    Dhcp6Server running = server;
    if (running == null) {
      return Mode.OFF;
    }
    return running.settings().pool() == null ? Mode.STATELESS : Mode.STATEFUL;
  }

  /** All records, none where it does not serve. */
  List<Lease6> leases() {
    return server == null ? List.of() : server.leases();
  }

  void values(Map<String, Object> values) {
    Dhcp6Server running = server;
    if (running == null) {
      return;
    }
    Dhcp6Settings s = running.settings();
    Dhcp6Settings.Pool pool = s.pool();
    values.put("v6", pool == null ? "stateless" : "stateful");
    if (pool != null) {
      values.put("range6", pool.first() + "-" + pool.last());
    }
    if (!s.dns().isEmpty()) {
      values.put("dns6", String.join(",", s.dns().stream().map(IpAddress::toString).toList()));
    }
    if (!s.search().isEmpty()) {
      values.put("search", String.join(",", s.search()));
    }
  }
}
