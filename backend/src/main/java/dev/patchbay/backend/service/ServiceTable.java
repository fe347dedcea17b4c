package dev.patchbay.backend.service;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DhcpConfig;
import dev.patchbay.backend.config.ServiceKeys;
import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.backend.dhcp6.Lease6;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.LinkListener;
import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The services of all devices. It follows devices, addresses and namespaces at the end of the turn
 * in which they change. Only on the loop.
 */
public final class ServiceTable {
  private final Outfit outfit;
  private final Map<ServiceKeys.Kind, TreeMap<String, DeviceService>> all =
      new EnumMap<>(ServiceKeys.Kind.class);

  /** What was switched off where it is on by itself. */
  private final Map<ServiceKeys.Kind, TreeMap<String, ServiceKeys>> off =
      new EnumMap<>(ServiceKeys.Kind.class);

  private final Set<NetworkStack> watched = new HashSet<>();
  private final LinkListener links = (device, event) -> later();
  private boolean waiting;
  private boolean closed;

  /** One of no services yet. */
  public ServiceTable(Outfit outfit) {
    this.outfit = outfit;
    for (ServiceKeys.Kind kind : ServiceKeys.Kind.values()) {
      all.put(kind, new TreeMap<>());
      off.put(kind, new TreeMap<>());
    }
    outfit.namespaces().onChange(this::later);
    watch();
  }

  private void watch() {
    List<NetworkStack> now = new ArrayList<>();
    now.add(outfit.namespaces().initial());
    for (String name : outfit.namespaces().names()) {
      NetworkStack stack = outfit.namespaces().find(name);
      if (stack != null) {
        now.add(stack);
      }
    }
    watched.retainAll(now);
    for (NetworkStack stack : now) {
      if (watched.add(stack)) {
        stack.addLinkListener(links);
        stack.addresses().onChange(this::later);
        stack
            .ndp()
            .onRouterSolicitation((device, port, hi, lo, mac) ->
                forEach(
                    ServiceKeys.Kind.RA,
                    (name, service) -> ((RaOnDevice) service).solicited(device, hi, lo)));
      }
    }
  }

  private TreeMap<String, DeviceService> of(ServiceKeys.Kind kind) {
    return all.computeIfAbsent(kind, k -> new TreeMap<>());
  }

  private TreeMap<String, ServiceKeys> offOf(ServiceKeys.Kind kind) {
    return off.computeIfAbsent(kind, k -> new TreeMap<>());
  }

  private void forEach(ServiceKeys.Kind kind, BiConsumer<String, DeviceService> action) {
    List.copyOf(of(kind).entrySet()).forEach(e -> action.accept(e.getKey(), e.getValue()));
  }

  private void later() {
    if (!waiting && !closed) {
      waiting = true;
      outfit.loop().execute(this::refresh);
    }
  }

  /** Follows what has changed. */
  public void refresh() {
    waiting = false;
    if (closed) {
      return;
    }
    watch();
    // where DNS listens is what the others tell
    for (ServiceKeys.Kind kind :
        List.of(ServiceKeys.Kind.DNS, ServiceKeys.Kind.DHCP, ServiceKeys.Kind.RA)) {
      forEach(kind, (name, service) -> service.refresh());
    }
  }

  /** Gives a device a service, or takes it away; what it was told before is forgotten. */
  public void set(ServiceKeys keys) {
    TreeMap<String, DeviceService> services = of(keys.kind());
    DeviceService there = services.get(keys.device());
    if (!keys.isOn()) {
      if (there != null) {
        there.close();
        services.remove(keys.device());
      }
      offOf(keys.kind()).put(keys.device(), keys);
    } else {
      offOf(keys.kind()).remove(keys.device());
      if (there == null) {
        services.put(keys.device(), made(keys));
      } else {
        there.keys(keys);
      }
    }
    refresh();
  }

  private DeviceService made(ServiceKeys keys) {
    return switch (keys.kind()) {
      case DHCP -> new DhcpOnDevice(outfit, keys, this::resolvers);
      case RA -> new RaOnDevice(outfit, keys, this::resolvers, this::dhcp6);
      case DNS -> new DnsOnDevice(outfit, keys, place -> leases(place.stack()));
    };
  }

  /** What a service of a device was told, or null where nothing was. */
  public @Nullable ServiceKeys keys(ServiceKeys.Kind kind, String device) {
    DeviceService there = of(kind).get(device);
    return there != null ? there.keys() : offOf(kind).get(device);
  }

  /** All that was told, off included, by service and device: what brings this about again. */
  public List<ServiceKeys> keys() {
    List<ServiceKeys> found = new ArrayList<>();
    for (ServiceKeys.Kind kind : ServiceKeys.Kind.values()) {
      of(kind).values().forEach(service -> found.add(service.keys()));
      found.addAll(offOf(kind).values());
    }
    return found;
  }

  /** Whether a device is there. */
  boolean isDevice(ServiceKeys keys) {
    return outfit.find(keys) != null;
  }

  /** The services of a kind by device. */
  Map<String, DeviceService> services(ServiceKeys.Kind kind) {
    return of(kind);
  }

  /**
   * Why what was told does not fit a device that is there.
   *
   * @throws ConfigException the first such fault
   */
  public void check() throws ConfigException {
    for (TreeMap<String, DeviceService> services : all.values()) {
      for (DeviceService service : services.values()) {
        service.checkFit();
      }
    }
  }

  /**
   * Why a service that was told this could not be told it again: its device has gone or changed;
   * null where it could.
   */
  @Nullable String misfit(ServiceKeys keys) {
    Place place = outfit.find(keys);
    if (place == null) {
      return "there is no such device";
    }
    DeviceService service = of(keys.kind()).get(keys.device());
    try {
      if (service != null) {
        service.checkFit();
      }
      return null;
    } catch (ConfigException e) {
      return e.getMessage();
    }
  }

  /**
   * Sets it and checks that it fits.
   *
   * @throws ConfigException where it does not; all is as before then
   */
  void setChecked(ServiceKeys keys) throws ConfigException {
    ServiceKeys before = keys(keys.kind(), keys.device());
    set(keys);
    DeviceService service = of(keys.kind()).get(keys.device());
    if (service != null) {
      try {
        service.checkFit();
      } catch (ConfigException e) {
        if (before == null) {
          service.close();
          of(keys.kind()).remove(keys.device());
        } else {
          set(before);
        }
        throw e;
      }
    }
  }

  /**
   * The resolvers that clients of a device are told of: where DNS listens on that device, else, in
   * the appliance's own namespace, that of its own network.
   */
  private List<IpAddress> resolvers(Place place) {
    List<IpAddress> found = new ArrayList<>();
    List<IpAddress> elsewhere = new ArrayList<>();
    forEach(
        ServiceKeys.Kind.DNS,
        (name, service) -> {
          Place there = service.place();
          List<IpAddress> listening = ((DnsOnDevice) service).listening();
          if (place.equals(there)) {
            found.addAll(listening);
          } else if (there != null && there.isInitial() && name.equals(outfit.appliance())) {
            elsewhere.addAll(listening);
          }
        });
    return found.isEmpty() && place.isInitial() ? elsewhere : found;
  }

  private DhcpConfig.Mode dhcp6(Place place) {
    for (DeviceService service : of(ServiceKeys.Kind.DHCP).values()) {
      if (place.equals(service.place())) {
        return ((DhcpOnDevice) service).six().mode();
      }
    }
    return DhcpConfig.Mode.OFF;
  }

  /** The leases of IPv6 of all servers, with {@code [NETNS/]DEVICE} and their state now. */
  public void forEachLease6(BiConsumer<String, Lease6> visitor) {
    forEach(
        ServiceKeys.Kind.DHCP,
        (name, service) ->
            ((DhcpOnDevice) service).six().leases().forEach(lease -> visitor.accept(name, lease)));
  }

  /** The leases of all servers in a namespace, with their state now. */
  public List<Lease> leases(NetworkStack stack) {
    List<Lease> found = new ArrayList<>();
    forEachLease((device, lease, place) -> {
      if (place.stack().equals(stack)) {
        found.add(lease);
      }
    });
    return found;
  }

  /** Takes a lease with the device whose server gave it. */
  public interface LeaseVisitor {
    /** One lease. */
    void lease(String device, Lease lease);
  }

  /** The leases of all servers, with their state now. */
  public void forEachLease(LeaseVisitor visitor) {
    forEachLease((device, lease, place) -> visitor.lease(device, lease));
  }

  private interface PlacedLease {
    void lease(String device, Lease lease, Place place);
  }

  private void forEachLease(PlacedLease action) {
    forEach(
        ServiceKeys.Kind.DHCP,
        (name, service) -> {
          Place place = service.place();
          if (place != null) {
            ((DhcpOnDevice) service).leases().forEach(lease -> action.lease(name, lease, place));
          }
        });
  }

  /** A guest was plugged in: the routers say soon what they have to say. */
  public void attached() {
    forEach(ServiceKeys.Kind.RA, (name, service) -> service.attached());
  }

  /** Ends all; hosts are told, leases stay. */
  public void close() {
    closed = true;
    for (ServiceKeys.Kind kind : ServiceKeys.Kind.values()) {
      forEach(kind, (name, service) -> service.close());
    }
  }
}
