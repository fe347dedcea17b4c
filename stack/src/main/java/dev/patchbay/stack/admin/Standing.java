package dev.patchbay.stack.admin;

import dev.patchbay.stack.Namespaces;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.conf.NeighbourKey;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.sysctl.SysctlKey;
import dev.patchbay.stack.sysctl.SysctlTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
   * @param settings values of {@code sysctl} by their paths without the device's name
   * @param ownSettings those of them that do not follow {@code default}
   */
  public record Device(
      String space,
      boolean up,
      @Nullable NetDevice master,
      Map<String, String> words,
      List<InterfaceAddress> addresses,
      Map<String, String> settings,
      Set<String> ownSettings) {}

  private final Set<String> namespaces = new LinkedHashSet<>();
  private final Map<NetDevice, Device> devices = new IdentityHashMap<>();
  private final Map<String, List<RouteEntry>> routes = new HashMap<>();

  private final Map<String, Map<String, String>> settings = new HashMap<>();

  /** Values of {@code sysctl} of a namespace as it is made. */
  private final Map<String, String> fresh;

  private Standing(NetworkStack sample) {
    fresh = values(sample);
  }

  /** What is there now: to be called at the end of the start. */
  public static Standing of(Namespaces all) {
    Standing standing = new Standing(all.sample());
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
              List.copyOf(device.addresses()),
              settings(stack, device),
              own(stack, device)));
    }
    settings.put(name, values(stack));
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

  private static Map<String, String> values(NetworkStack stack) {
    Map<String, String> values = new HashMap<>();
    SysctlTree.of(stack).all().forEach(key -> values.put(key.path(), key.reader().get()));
    return values;
  }

  private static Map<String, String> settings(NetworkStack stack, NetDevice device) {
    String name = "/" + device.name() + "/";
    Map<String, String> values = new HashMap<>();
    for (SysctlKey key : SysctlTree.of(stack).all()) {
      if (key.path().contains(name)) {
        values.put(key.path().replace(name, "/"), key.reader().get());
      }
    }
    return values;
  }

  private static Set<String> own(NetworkStack stack, NetDevice device) {
    Set<String> own = new HashSet<>();
    for (Ipv4Key key : Ipv4Key.values()) {
      if (device.conf4().isOwn(key)) {
        own.add("net/ipv4/conf/" + key.text());
      }
    }
    for (NeighbourKey key : NeighbourKey.values()) {
      for (boolean v4 : new boolean[] {true, false}) {
        if (stack.neighbours().settings(device, v4).values().isOwn(key)) {
          own.add((v4 ? "net/ipv4/neigh/" : "net/ipv6/neigh/") + key.text());
        }
      }
    }
    return own;
  }

  /** Values of {@code sysctl} of a namespace by their paths, as they were or as it is made. */
  public Map<String, String> settings(String space) {
    return settings.getOrDefault(space, fresh);
  }

  /**
   * What {@code lo} of a new namespace has, empty for nothing.
   *
   * @param path without the name
   */
  public String ofLoopback(String path) {
    int last = path.lastIndexOf('/');
    return fresh.getOrDefault(path.substring(0, last) + "/lo" + path.substring(last), "");
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
