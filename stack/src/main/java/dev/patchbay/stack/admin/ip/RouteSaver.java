package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.admin.Standing;
import dev.patchbay.stack.admin.sysctl.SysctlSaver;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.InterfaceAddresses;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.Multipath;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.route.RouteRefusedException;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Routes of all tables but those that come with addresses. Of one prefix, metric and type of
 * service the order counts; where the script does not come to it by adding, all are taken away
 * first. Routes that others have told of (protocols {@code ra} and {@code redirect}) are not saved.
 */
public final class RouteSaver implements Saver {
  private static final int IPV6_MINIMUM_MTU = 1280;

  /** Protocols of routes that routers and DHCP servers give again. */
  private static final Set<String> GIVEN = Set.of("ra", "redirect", "dhcp");

  /** Routes among which the order counts. */
  private record Group(long table, IpAddress to, int prefix, int tos, long metric) {
    static Group of(RouteEntry entry) {
      Route route = entry.route();
      return new Group(
          entry.table(), entry.destination(), entry.prefix(), route.tos(), route.metric());
    }
  }

  @Override
  public void save(SaveScript script) {
    for (Space space : script.spaces()) {
      new Family(script, space, space.stack().routes4()).save();
      new Family(script, space, space.stack().routes6()).save();
    }
  }

  /** Those of one family in one namespace. */
  private static final class Family {
    private final SaveScript script;
    private final Space space;
    private final Fib fib;
    private final Map<Group, List<RouteEntry>> before = new LinkedHashMap<>();
    private final Set<RouteEntry> standing = new LinkedHashSet<>();

    /** Routes without a gateway come first: gateways are found by them. */
    private final List<Runnable> behind = new ArrayList<>();

    Family(SaveScript script, Space space, Fib fib) {
      this.script = script;
      this.space = space;
      this.fib = fib;
      script
          .devices()
          .filter(device -> space.equals(script.place(device)))
          .forEach(device -> automatic(device).forEach(this::expect));
      for (RouteEntry entry : script.standing().routes(space.name())) {
        NetDevice out = entry.route().device();
        boolean off = !fib.isV4() && out != null && SysctlSaver.wipes6(script, out);
        if (out != null && out.isUp() && !off && script.standing(out) != null) {
          expect(entry);
          standing.add(entry);
        }
      }
    }

    private void expect(RouteEntry entry) {
      if (entry.destination().isV4() == fib.isV4()) {
        before.computeIfAbsent(Group.of(entry), group -> new ArrayList<>()).add(entry);
      }
    }

    /** What is there because of the device's addresses when the script comes to the routes. */
    private List<RouteEntry> automatic(NetDevice device) {
      List<RouteEntry> all = new ArrayList<>(InterfaceAddresses.routesOf(device));
      Standing.Device at = script.standing(device);
      NetDevice master = at != null && at.up() ? at.master() : device.master();
      if (device.isUp()
          && device.kind() != NetDevice.Kind.LOOPBACK
          && master == null
          && !device.conf6().is(Ipv6Key.DISABLE_IPV6)
          && device.mtu() >= IPV6_MINIMUM_MTU) {
        all.add(InterfaceAddresses.groupRoute(device));
      }
      return all;
    }

    void save() {
      Map<Group, List<RouteEntry>> now = new LinkedHashMap<>();
      fib.forEach(entry -> {
        String protocol = entry.route().protocol();
        boolean made =
            entry.route().allHops().stream()
                .map(hop -> hop.way().device())
                .allMatch(out -> out == null || script.place(out) != null);
        if (made && !GIVEN.contains(protocol)) {
          now.computeIfAbsent(Group.of(entry), group -> new ArrayList<>()).add(entry);
        }
      });
      before.forEach((group, gone) -> {
        if (!now.containsKey(group)) {
          gone.stream().filter(entry -> !isOwn6(entry)).forEach(entry -> line("del", entry));
        }
      });
      now.forEach((group, routes) -> {
        boolean direct = routes.stream().allMatch(entry -> isDirect(entry.route()));
        if (direct) {
          group(before.getOrDefault(group, List.of()), routes);
        } else {
          behind.add(() -> group(before.getOrDefault(group, List.of()), routes));
        }
      });
      behind.forEach(Runnable::run);
    }

    private static boolean isDirect(Route route) {
      return route.allHops().stream().allMatch(hop -> hop.way().gateway() == null);
    }

    private void group(List<RouteEntry> there, List<RouteEntry> routes) {
      if (isOwn6(routes.getFirst())) {
        routes.stream().filter(e -> !there.contains(e)).forEach(this::put);
        return;
      }
      if (isOnEachLink(routes.getFirst().destination())) {
        there.stream().filter(e -> !routes.contains(e)).forEach(e -> line("del", e));
        routes.stream().filter(e -> !there.contains(e)).forEach(this::put);
        return;
      }
      boolean first = there.size() == 1 && there.getFirst().equals(routes.getFirst());
      if (!first) {
        there.forEach(entry -> line("del", entry));
      }
      for (int i = 0; i < routes.size(); i++) {
        RouteEntry entry = routes.get(i);
        if (!first || i > 0) {
          put(entry);
        } else if (standing.contains(entry)) {
          line("replace", entry);
        }
      }
    }

    /** Whether it comes with an address of IPv6: later, when nobody else was found to have it. */
    private static boolean isOwn6(RouteEntry entry) {
      return entry.table() == RouteEntry.LOCAL
          && entry.route().type() == Route.Type.LOCAL
          && !entry.destination().isV4();
    }

    /** Whether packets there always name their device, so that the order means nothing. */
    private static boolean isOnEachLink(IpAddress to) {
      return !to.isV4()
          && (Addresses.isLinkLocal(to.hi(), to.lo()) || Addresses.isMulticast(to.hi(), to.lo()));
    }

    /** With a way to the gateway for the moment where there is none any more. */
    private void put(RouteEntry entry) {
      List<RouteEntry> ways = new ArrayList<>();
      boolean dead =
          entry.route().allHops().stream()
              .anyMatch(hop -> hop.way().device() != null && script.isLate(hop.way().device()));
      if (!dead && !isAccepted(entry)) {
        if (entry.route().allHops().stream().anyMatch(hop -> isOurs(hop.way().gateway()))) {
          script.comment(
              "cannot be made again, since its gateway is an address of ours now: "
                  + String.join(" ", words("append", entry)));
          return;
        }
        for (Multipath.Hop hop : entry.route().allHops()) {
          IpAddress gateway = hop.way().gateway();
          if (gateway != null && !hop.way().onlink()) {
            Route way = Route.of(Route.Type.UNICAST, hop.way().device(), Scope.LINK);
            long metric = 0xffff_fffeL;
            ways.add(
                new RouteEntry(RouteEntry.MAIN, gateway, gateway.bits(), way.withMetric(metric)));
          }
        }
      }
      List<RouteEntry> once = ways.stream().distinct().toList();
      once.forEach(way -> line("append", way));
      line("append", entry);
      once.forEach(way -> line("del", way));
    }

    private boolean isOurs(@Nullable IpAddress gateway) {
      return gateway != null && fib.addressType(gateway.hi(), gateway.lo()) == Route.Type.LOCAL;
    }

    private boolean isAccepted(RouteEntry entry) {
      try {
        fib.check(entry);
        return true;
      } catch (RouteRefusedException e) {
        return false;
      }
    }

    private void line(String verb, RouteEntry entry) {
      script.line(space, words(verb, entry));
    }
  }

  private static List<String> words(String verb, RouteEntry entry) {
    Route route = entry.route();
    boolean v4 = entry.destination().isV4();
    List<String> words = new ArrayList<>(List.of("ip"));
    if (!v4) {
      words.add("-6");
    }
    words.addAll(List.of("route", verb));
    if (route.type() != Route.Type.UNICAST) {
      words.add(RouteNames.of(route.type()));
    }
    words.add(entry.prefix() == 0 ? "default" : entry.destination() + "/" + entry.prefix());
    boolean several = route.hops() != null;
    if (!several) {
      way(words, route);
    }
    if (route.tos() != 0) {
      words.addAll(List.of("tos", "0x" + Integer.toHexString(route.tos())));
    }
    boolean ours =
        route.type() == Route.Type.LOCAL
            || route.type() == Route.Type.BROADCAST
            || route.type() == Route.Type.ANYCAST;
    if (ours || entry.table() != RouteEntry.MAIN) {
      words.addAll(List.of("table", RouteNames.ofTable(entry.table())));
    }
    if (!route.protocol().equals("boot")) {
      words.addAll(List.of("protocol", route.protocol()));
    }
    if (v4 && (route.type() != Route.Type.UNICAST || route.scope() != usual(route))) {
      words.addAll(List.of("scope", RouteNames.of(route.scope())));
    }
    IpAddress source = route.source();
    if (source != null) {
      words.addAll(List.of("src", source.toString()));
    }
    if (route.metric() != 0) {
      words.addAll(List.of("metric", String.valueOf(route.metric())));
    }
    if (route.mtu() != 0) {
      words.addAll(List.of("mtu", String.valueOf(route.mtu())));
    }
    if (several) {
      for (Multipath.Hop hop : route.allHops()) {
        words.add("nexthop");
        way(words, hop.way());
        words.addAll(List.of("weight", String.valueOf(hop.weight())));
      }
    }
    return words;
  }

  private static Scope usual(Route route) {
    return route.hops() != null || route.gateway() != null ? Scope.GLOBAL : Scope.LINK;
  }

  private static void way(List<String> words, Route way) {
    IpAddress gateway = way.gateway();
    NetDevice out = way.device();
    if (gateway != null) {
      words.addAll(List.of("via", gateway.toString()));
    }
    if (out != null) {
      words.addAll(List.of("dev", out.name()));
    }
    if (way.onlink()) {
      words.add("onlink");
    }
  }
}
