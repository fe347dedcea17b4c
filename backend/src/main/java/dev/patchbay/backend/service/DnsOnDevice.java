package dev.patchbay.backend.service;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DnsConfig;
import dev.patchbay.backend.config.ServiceKeys;
import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.backend.dns.DnsForwarder;
import dev.patchbay.backend.dns.DnsNames;
import dev.patchbay.backend.dns.DnsTcpService;
import dev.patchbay.backend.dns.DnsUdpService;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A DNS forwarder at addresses of a device, which it follows. */
final class DnsOnDevice extends DeviceService {
  private static final int PORT = 53;

  private final Function<Place, List<Lease>> leases;
  private final SequencedMap<IpAddress, Listening> open = new LinkedHashMap<>();
  private @Nullable DnsForwarder forwarder;
  private @Nullable ServiceKeys served;

  private record Listening(DnsUdpService udp, DnsTcpService tcp) {
    void close() {
      udp.close();
      tcp.close();
    }
  }

  /**
   * @param leases those of the namespace of a device
   */
  DnsOnDevice(Outfit outfit, ServiceKeys keys, Function<Place, List<Lease>> leases) {
    super(outfit, keys);
    this.leases = leases;
  }

  @Override
  @Nullable String serve(Place found) throws ConfigException {
    DnsConfig config = keys().dns();
    if (!keys().equals(served)) {
      end();
      served = keys();
    }
    DnsForwarder running = forwarder;
    if (running == null) {
      running = forwarder(found, config);
      forwarder = running;
    }
    List<IpAddress> wanted = addresses(found, config);
    if (wanted.isEmpty()) {
      return found.device().name() + " has no address but link-local ones";
    }
    for (IpAddress gone : open.keySet().stream().filter(a -> !wanted.contains(a)).toList()) {
      Listening listening = open.remove(gone);
      if (listening != null) {
        listening.close();
      }
    }
    for (IpAddress address : wanted) {
      if (!open.containsKey(address)) {
        DnsUdpService udp = new DnsUdpService(found.stack().udp(), running, address);
        DnsTcpService tcp =
            new DnsTcpService(outfit().loop(), found.stack().tcp(), running, address);
        if (!udp.open() || !tcp.open()) {
          udp.close();
          return "port 53 of " + address + " is taken";
        }
        open.put(address, new Listening(udp, tcp));
      }
    }
    return null;
  }

  private List<IpAddress> addresses(Place found, DnsConfig config) {
    List<IpAddress> addresses = new ArrayList<>();
    config.addresses().forEach(address -> addresses.add(IpAddress.of(address)));
    if (addresses.isEmpty() && found.isInitial() && keys().device().equals(outfit().appliance())) {
      // the others lead to the host's loopback, as with QEMU's own network
      return List.of(outfit().resolver4(), outfit().resolver6());
    }
    if (addresses.isEmpty()) {
      found.global(true).forEach(own -> addresses.add(own.address()));
      found.global(false).forEach(own -> addresses.add(own.address()));
    }
    return addresses;
  }

  private DnsForwarder forwarder(Place found, DnsConfig config) {
    Outfit outfit = outfit();
    List<InetSocketAddress> own = new ArrayList<>();
    for (InetAddress upstream : config.upstream()) {
      own.add(new InetSocketAddress(upstream, PORT));
    }
    Supplier<List<InetSocketAddress>> resolvers = own.isEmpty() ? outfit.resolvers() : () -> own;
    return new DnsForwarder(
        outfit.loop(),
        outfit.upstream(),
        resolvers,
        new DnsNames(() -> names(found)),
        outfit.ids(),
        outfit.restrict());
  }

  private Map<String, List<IpAddress>> names(Place found) {
    Map<String, List<IpAddress>> all = new HashMap<>();
    List<IpAddress> gateway = new ArrayList<>();
    for (boolean v4 : new boolean[] {true, false}) {
      found.global(v4).stream().limit(1).map(InterfaceAddress::address).forEach(gateway::add);
    }
    all.put("gateway", gateway);
    all.put("_gateway", gateway);
    for (Lease lease : leases.apply(found)) {
      if (!lease.hostname().isEmpty() && lease.state() == Lease.State.BOUND) {
        IpAddress address = new IpAddress(0, Addresses.v4(lease.ip()));
        all.putIfAbsent(lease.hostname().toLowerCase(Locale.ROOT), List.of(address));
      }
    }
    return all;
  }

  /** Where it listens now. */
  List<IpAddress> listening() {
    return List.copyOf(open.keySet());
  }

  @Override
  void end() {
    open.values().forEach(Listening::close);
    open.clear();
    forwarder = null;
    served = null;
  }

  @Override
  Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    List<String> addresses = open.keySet().stream().map(IpAddress::toString).toList();
    values.put("address", String.join(",", addresses));
    try {
      List<InetAddress> upstream = keys().dns().upstream();
      if (!upstream.isEmpty()) {
        List<String> texts = upstream.stream().map(a -> IpAddress.of(a).toString()).toList();
        values.put("upstream", String.join(",", texts));
      }
    } catch (ConfigException e) {
      throw new IllegalStateException("keys that were checked", e);
    }
    return values;
  }
}
