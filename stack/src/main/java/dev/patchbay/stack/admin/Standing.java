package dev.patchbay.stack.admin;

import dev.patchbay.stack.Namespaces;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.route.RouteEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an appliance has by itself when it starts, before any command: the devices that no command
 * makes, with addresses and routes. A saved script is run upon it.
 */
public final class Standing {
  /**
   * A device as it was then.
   *
   * @param space the name of its namespace, empty for the initial one
   * @param words as {@link LinkWords} has them
   */
  public record Device(
      String space,
      boolean up,
      @Nullable NetDevice master,
      Map<String, String> words,
      List<InterfaceAddress> addresses) {}

  private final Set<String> namespaces = new LinkedHashSet<>();
  private final Map<NetDevice, Device> devices = new IdentityHashMap<>();
  private final Map<String, List<RouteEntry>> routes = new HashMap<>();

  private Standing() {}

  /** What is there now: to be called at the end of the start. */
  public static Standing of(Namespaces all) {
    Standing standing = new Standing();
    standing.take("", all.initial());
    for (String name : all.names().reversed()) {
      NetworkStack stack = all.find(name);
      if (stack != null) {
        standing.namespaces.add(name);
        standing.take(name, stack);
      }
    }
    return standing;
  }

  private void take(String name, NetworkStack stack) {
    for (NetDevice device : stack.devices()) {
      devices.put(
          device,
          new Device(
              name,
              device.isUp(),
              device.master(),
              LinkWords.of(device),
              List.copyOf(device.addresses())));
    }
    List<RouteEntry> byHand = new ArrayList<>();
    for (var fib : List.of(stack.routes4(), stack.routes6())) {
      fib.forEach(entry -> {
        if (!entry.route().protocol().equals("kernel")) {
          byHand.add(entry);
        }
      });
    }
    routes.put(name, byHand);
  }

  /** Names of the namespaces that were there, the initial one apart. */
  public Set<String> namespaces() {
    return namespaces;
  }

  /** A device as it was; null for one that came later. */
  public @Nullable Device device(NetDevice device) {
    return devices.get(device);
  }

  /** Routes that did not come with addresses. */
  public List<RouteEntry> routes(String space) {
    return routes.getOrDefault(space, List.of());
  }
}
