package dev.patchbay.backend.service;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DhcpConfig;
import dev.patchbay.backend.config.ServiceKeys;
import dev.patchbay.backend.dhcp.DhcpServer;
import dev.patchbay.backend.dhcp.DhcpService;
import dev.patchbay.backend.dhcp.DhcpSettings;
import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * DHCP of both families on a device: in the subnet of one of its addresses, where it follows that.
 */
final class DhcpOnDevice extends DeviceService {
  private static final int LONGEST_PREFIX = 30;

  private final Function<Place, List<IpAddress>> resolvers;
  private final Dhcp6OnDevice six;
  private @Nullable DhcpClientOnDevice client;
  private @Nullable DhcpServer server;
  private @Nullable DhcpService service;
  private DhcpSettings.@Nullable Subnet subnet;
  private @Nullable ServiceKeys served;

  /** What the half of one family waits for while the other serves; empty where both are well. */
  private String waits = "";

  /**
   * @param resolvers the resolvers that clients of a device are told of, of both families
   */
  DhcpOnDevice(Outfit outfit, ServiceKeys keys, Function<Place, List<IpAddress>> resolvers) {
    super(outfit, keys);
    this.resolvers = resolvers;
    six = new Dhcp6OnDevice(outfit, keys.device());
  }

  @Override
  @Nullable String serve(Place found) throws ConfigException {
    DhcpConfig config = keys().dhcp();
    waits = "";
    if (config.client()) {
      return ask(found);
    }
    endClient();
    String fault = half(() -> serve4(found, config));
    if (fault != null) {
      end4();
    }
    if (config.six().mode() == DhcpConfig.Mode.OFF) {
      six.end();
      return fault;
    }
    String fault6 = half(() -> six.serve(found, config, resolvers.apply(found)));
    if (fault6 != null) {
      six.end();
    }
    if (fault != null && fault6 != null) {
      return config.range() == null ? fault6 : fault + "; " + fault6;
    }
    if (fault6 != null) {
      waits = "v6: " + fault6;
    } else if (fault != null && config.range() != null) {
      waits = "v4: " + fault; // a network of IPv6 alone needs no address of IPv4
    }
    return null;
  }

  /** What begins one family. */
  private interface Half {
    @Nullable String serve() throws ConfigException;
  }

  /** Tries a half, lest the other ends with it where its keys do not fit the device. */
  private @Nullable String half(Half half) {
    try {
      return half.serve();
    } catch (ConfigException e) {
      misfit(e);
      return e.getMessage();
    }
  }

  /** The device is a client of somebody else's server, and no server beside it. */
  private @Nullable String ask(Place found) {
    end4();
    six.end();
    if (client != null) {
      return null;
    }
    if (!found.device().isEthernet() || found.device().mac() == 0) {
      return found.device().name() + " is no Ethernet device";
    }
    DhcpClientOnDevice made = new DhcpClientOnDevice(outfit(), found, keys().device());
    if (!made.open()) {
      return "UDP port 68 of " + found.device().name() + " is taken";
    }
    client = made;
    return null;
  }

  private void endClient() {
    if (client != null) {
      client.close();
    }
    client = null;
  }

  private @Nullable String serve4(Place found, DhcpConfig config) throws ConfigException {
    DhcpSettings.Subnet chosen = subnet(found, config);
    if (chosen == null) {
      return found.device().name() + " has no IPv4 address with a network of 1 to 30 bits";
    }
    if (chosen.equals(subnet) && keys().equals(served)) {
      return null;
    }
    DhcpSettings settings = DhcpSettings.of(config, chosen, found.device()::mtu);
    DhcpServer running = server;
    if (running != null) {
      running.settings(settings);
    } else if (!open(found, settings)) {
      return "UDP port 67 of " + found.device().name() + " is taken";
    }
    subnet = chosen;
    served = keys();
    return null;
  }

  private boolean open(Place found, DhcpSettings settings) {
    Outfit outfit = outfit();
    String name = keys().device();
    DhcpServer made =
        new DhcpServer(
            settings,
            outfit.loop()::wallTime,
            outfit.leases().of(name),
            outfit.portMac(),
            lease -> outfit.observer().lease(name, lease));
    DhcpService opened = new DhcpService(outfit.loop(), found.stack().udp(), found.device(), made);
    if (!opened.open()) {
      return false;
    }
    server = made;
    service = opened;
    return true;
  }

  /** The subnet in which the range lies, else that of the first address. */
  private DhcpSettings.@Nullable Subnet subnet(Place found, DhcpConfig config)
      throws ConfigException {
    List<DhcpSettings.Subnet> all = new ArrayList<>();
    Set<Integer> own = new HashSet<>();
    List<InterfaceAddress> addresses = found.global(true);
    addresses.forEach(a -> own.add((int) a.address().lo()));
    List<Integer> dns = new ArrayList<>();
    for (IpAddress resolver : resolvers.apply(found)) {
      if (resolver.isV4()) {
        dns.add((int) resolver.lo());
      }
    }
    for (InterfaceAddress a : addresses) {
      if (!a.secondary() && a.peer() == null && a.prefix() >= 1 && a.prefix() <= LONGEST_PREFIX) {
        all.add(new DhcpSettings.Subnet((int) a.address().lo(), a.prefix(), own, dns));
      }
    }
    DhcpConfig.Range range = config.range();
    if (range == null || all.isEmpty()) {
      return all.isEmpty() ? null : all.getFirst();
    }
    // where none covers it the first one, whose network the message then names
    return all.stream().filter(s -> s.contains(range.first())).findFirst().orElse(all.getFirst());
  }

  @Override
  void end() {
    endClient();
    end4();
    six.end();
  }

  private void end4() {
    if (service != null) {
      service.close();
    }
    service = null;
    server = null;
    subnet = null;
    served = null;
  }

  /** All records, none where it does not serve. */
  List<Lease> leases() {
    return server == null ? List.of() : server.leases();
  }

  /** What it gives of IPv6. */
  Dhcp6OnDevice six() {
    return six;
  }

  @Override
  Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    DhcpServer running = server;
    if (running != null) {
      DhcpSettings s = running.settings();
      values.put("server", text(s.server()) + "/" + s.prefix());
      values.put("range", text(s.first()) + "-" + text(s.last()));
      values.put("router", text(s.router()));
      values.put("lease", s.leaseSeconds());
      if (!s.dns().isEmpty()) {
        values.put("dns", String.join(",", s.dns().stream().map(DhcpOnDevice::text).toList()));
      }
    }
    six.values(values);
    if (client != null) {
      client.values(values);
    }
    if (!waits.isEmpty()) {
      values.put("waits", waits);
    }
    return values;
  }

  private static String text(int ip) {
    return Addresses.toString(0, Addresses.v4(ip));
  }
}
