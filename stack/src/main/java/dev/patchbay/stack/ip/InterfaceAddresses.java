package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.route.RouteRefusedException;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of all devices, and the routes that Linux makes of them ({@code devinet}, {@code
 * fib_add_ifaddr}, {@code addrconf}).
 *
 * <p>After each change the routes that the device's addresses now make are held against those of
 * before: what is new is added, what nobody makes any more goes. Of the loop's thread.
 */
public final class InterfaceAddresses {
  private static final long GROUPS_HI = 0xff00_0000_0000_0000L;

  private final NetworkStack stack;
  private final DuplicateAddressDetection detection;
  private final List<AddressListener> listeners = new ArrayList<>();
  private final AddressLifetimes lifetimes;
  private @Nullable Runnable changed;

  /** Of a namespace whose loop and random source are there already. */
  public InterfaceAddresses(NetworkStack stack) {
    this.stack = stack;
    detection = new DuplicateAddressDetection(stack, this);
    lifetimes = new AddressLifetimes(stack, this);
  }

  /** Duplicate address detection of all devices. */
  public DuplicateAddressDetection detection() {
    return detection;
  }

  /** Who is told after the addresses of some device have changed; one listener. */
  public void onChange(@Nullable Runnable listener) {
    changed = listener;
  }

  private void told() {
    if (changed != null) {
      changed.run();
    }
  }

  /** Tells of all changes of addresses from now on. */
  public void addListener(AddressListener listener) {
    listeners.add(listener);
  }

  /** Tells it nothing more. */
  public void removeListener(AddressListener listener) {
    listeners.remove(listener);
  }

  private void tell(NetDevice device, InterfaceAddress own, boolean gone) {
    for (int i = 0; i < listeners.size(); i++) {
      listeners.get(i).address(device, own, gone);
    }
  }

  // ---- changes

  /** Adds an address that the namespace itself makes. */
  public void add(NetDevice device, InterfaceAddress own) {
    for (InterfaceAddress known : device.addresses()) {
      if (known.address().equals(own.address())) {
        throw new IllegalArgumentException(own.address() + " is on " + device.name() + " already");
      }
    }
    put(device, own);
  }

  private void put(NetDevice device, InterfaceAddress own) {
    Set<RouteEntry> before = routes(device, device.isUp());
    device.addresses().add(place(device, own), own);
    if (own.address().isV4()) {
      // rtm_to_ifaddr: who has an address follows the defaults no more
      device.conf4().ownAll();
      stack.neighbours().settings(device, true).values().ownAll();
    }
    stack.multicast().addressAdded(device, own.address());
    if (own.address().isV4()) {
      tell(device, own, false); // before its routes; of IPv6 when they are there
    }
    settle(device, before);
    if (!own.address().isV4() && !own.is(InterfaceAddress.TENTATIVE)) {
      tell(device, own, false);
    }
    told();
  }

  /**
   * Where an address stands: a primary one of IPv4 behind the last one that does not reach further
   * ({@code __inet_insert_ifa}), others at the end.
   */
  private static int place(NetDevice device, InterfaceAddress own) {
    List<InterfaceAddress> all = device.addresses();
    if (!own.address().isV4() || own.secondary()) {
      return all.size();
    }
    int place = 0;
    for (int i = 0; i < all.size(); i++) {
      InterfaceAddress other = all.get(i);
      if (other.address().isV4()
          && !other.secondary()
          && own.scope().compareTo(other.scope()) <= 0) {
        place = i + 1;
      }
    }
    return place;
  }

  /**
   * Adds an address for an administrator.
   *
   * @param own whether it is secondary is found out here
   * @return false where Linux says nothing and adds nothing: the address 0.0.0.0
   * @throws RouteRefusedException with Linux's error and sentence; nothing has changed
   */
  public boolean insert(NetDevice device, InterfaceAddress own) throws RouteRefusedException {
    if (own.address().isV4()) {
      return insert4(device, own);
    }
    check6(device, own.address());
    if (device.conf6().is(Ipv6Key.DISABLE_IPV6)) {
      throw new RouteRefusedException(Errno.EACCES, null);
    }
    if (find(device, own.address().hi(), own.address().lo()) != null) {
      throw new RouteRefusedException(Errno.EEXIST, null);
    }
    boolean asked = detection.isNeeded(device, own);
    InterfaceAddress added = asked ? own.withFlags(InterfaceAddress.TENTATIVE, 0) : own;
    put(device, added);
    if (asked) {
      detection.start(device, added);
    }
    lifetimes.verify();
    return true;
  }

  private boolean insert4(NetDevice device, InterfaceAddress own) throws RouteRefusedException {
    if (own.address().equals(IpAddress.ANY4)) {
      return false;
    }
    boolean secondary = false;
    for (InterfaceAddress known : device.addresses()) {
      if (isSameSubnet(known, own)) {
        if (known.address().equals(own.address())) {
          throw new RouteRefusedException(Errno.EEXIST, null);
        }
        if (known.scope() != own.scope()) {
          throw new RouteRefusedException(Errno.EINVAL, null);
        }
        secondary = true;
      }
    }
    put(device, own.asSecondary(secondary));
    lifetimes.verify();
    return true;
  }

  /**
   * The address of a device that an administrator means to change: of IPv4 in the same subnet
   * ({@code find_matching_ifa}); null where there is none.
   */
  public @Nullable InterfaceAddress matching(NetDevice device, InterfaceAddress wanted) {
    for (InterfaceAddress known : device.addresses()) {
      if (known.address().equals(wanted.address())
          && (!known.address().isV4() || isSameSubnet(known, wanted))) {
        return known;
      }
    }
    return null;
  }

  /** Changes lifetime, metric, flags of an address that is there; its place stays the same. */
  public void change(NetDevice device, InterfaceAddress from, InterfaceAddress to) {
    replace(device, from, to);
    lifetimes.verify();
  }

  void replace(NetDevice device, InterfaceAddress from, InterfaceAddress to) {
    int at = device.addresses().indexOf(from);
    if (at >= 0 && !from.equals(to)) {
      Set<RouteEntry> before = routes(device, device.isUp());
      device.addresses().set(at, to);
      settle(device, before);
      tell(device, to, false);
      told();
    }
  }

  private static boolean isSameSubnet(InterfaceAddress a, InterfaceAddress b) {
    return a.address().isV4() && a.prefix() == b.prefix() && a.covers(b.onLink());
  }

  private static void check6(NetDevice device, IpAddress address) throws RouteRefusedException {
    if (Addresses.isMulticast(address.hi(), address.lo())) {
      throw new RouteRefusedException(Errno.EADDRNOTAVAIL, null);
    }
    if (address.equals(IpAddress.ANY6)) {
      throw new RouteRefusedException(Errno.EADDRNOTAVAIL, null);
    }
    boolean loopback = address.hi() == 0 && address.lo() == 1;
    if (loopback && device.kind() != NetDevice.Kind.LOOPBACK) {
      throw new RouteRefusedException(Errno.EADDRNOTAVAIL, null);
    }
  }

  /**
   * Takes an address away, a primary one of IPv4 with its secondary ones, of which with {@code
   * promote_secondaries} the first takes its place instead ({@code __inet_del_ifa}).
   *
   * @param prefix its prefix length, or -1 for any
   * @throws RouteRefusedException {@code EADDRNOTAVAIL} where it is not there
   */
  public void delete(NetDevice device, IpAddress address, int prefix) throws RouteRefusedException {
    delete(device, own -> own.address().equals(address) && (prefix < 0 || prefix == own.prefix()));
  }

  /**
   * Takes the first address away that is meant.
   *
   * @throws RouteRefusedException {@code EADDRNOTAVAIL} where there is none
   */
  public void delete(NetDevice device, Predicate<InterfaceAddress> meant)
      throws RouteRefusedException {
    for (InterfaceAddress own : device.addresses()) {
      if (meant.test(own)) {
        remove(device, own);
        return;
      }
    }
    throw new RouteRefusedException(Errno.EADDRNOTAVAIL, null);
  }

  void remove(NetDevice device, InterfaceAddress own) {
    detection.stop(device, own.address());
    Set<RouteEntry> before = routes(device, device.isUp());
    List<InterfaceAddress> going = new ArrayList<>(List.of(own));
    List<InterfaceAddress> followers = followers(device, own);
    boolean promotes = stack.conf().either(device, Ipv4Key.PROMOTE_SECONDARIES);
    if (!promotes) {
      going.addAll(followers);
    }
    device.addresses().removeAll(going);
    going.forEach(gone -> tell(device, gone, true));
    if (promotes && !followers.isEmpty()) {
      promote(device, followers.getFirst());
    }
    settle(device, before);
    for (InterfaceAddress gone : going) {
      IpAddress address = gone.address();
      stack.multicast().addressRemoved(device, address);
      if (!stack.isLocal(address.hi(), address.lo())) {
        forgetSource(address);
      }
    }
    boolean none4 = device.addresses().stream().noneMatch(other -> other.address().isV4());
    if (own.address().isV4() && none4) {
      // "Last address was deleted from this interface. Disable IP."
      stack.routes4().addressesGone(device);
    }
    told();
  }

  /** The secondary addresses of IPv4 behind a primary one. */
  private static List<InterfaceAddress> followers(NetDevice device, InterfaceAddress own) {
    if (!own.address().isV4() || own.secondary()) {
      return List.of();
    }
    return device.addresses().stream()
        .filter(other -> other.secondary() && isSameSubnet(other, own))
        .toList();
  }

  /** A secondary address becomes the primary one of its subnet ({@code __inet_del_ifa}). */
  private static void promote(NetDevice device, InterfaceAddress first) {
    device.addresses().remove(first);
    InterfaceAddress primary = first.asSecondary(false);
    device.addresses().add(place(device, primary), primary);
  }

  /** Routes that prefer a source go with it; those of IPv6 stay and choose another one. */
  private void forgetSource(IpAddress address) {
    Fib fib = fib(address);
    for (RouteEntry entry : fib.entriesOf(route -> address.equals(route.source()))) {
      fib.remove(entry);
      if (!address.isV4()) {
        // fib6_clean_prefsrc
        Route rest = entry.route().withSource(null);
        fib.add(entry.table(), entry.destination(), entry.prefix(), rest);
      }
    }
  }

  // ---- routes

  /** The device has come up: the routes of its addresses are made. */
  public void deviceUp(NetDevice device) {
    settle(device, routes(device, false));
    detection.deviceUp(device);
  }

  /**
   * The device has gone down. Of IPv4 its addresses stay, of IPv6 nothing ({@code addrconf_ifdown},
   * as where {@code keep_addr_on_down} is 0).
   */
  public void deviceDown(NetDevice device) {
    detection.deviceDown(device);
    for (InterfaceAddress own : List.copyOf(device.addresses())) {
      if (!own.address().isV4()) {
        device.addresses().remove(own);
        tell(device, own, true);
        stack.multicast().addressRemoved(device, own.address());
      }
    }
    told();
  }

  /** The device goes away, and its addresses with it. */
  public void deviceRemoved(NetDevice device) {
    List<InterfaceAddress> gone = List.copyOf(device.addresses());
    device.addresses().clear();
    gone.forEach(own -> tell(device, own, true));
    lifetimes.verify();
  }

  private void settle(NetDevice device, Set<RouteEntry> before) {
    Set<RouteEntry> after = routes(device, device.isUp());
    List<RouteEntry> gone = before.stream().filter(entry -> !after.contains(entry)).toList();
    for (boolean local : new boolean[] {false, true}) { // as fib_del_ifaddr, which is watched
      for (RouteEntry entry : gone) {
        if (isLocal4(entry) == local) {
          fib(entry.destination()).remove(entry);
        }
      }
    }
    for (RouteEntry entry : after) {
      if (!before.contains(entry)) {
        fib(entry.destination())
            .add(entry.table(), entry.destination(), entry.prefix(), entry.route());
      }
    }
  }

  private static boolean isLocal4(RouteEntry entry) {
    return entry.destination().isV4() && entry.route().type() == Route.Type.LOCAL;
  }

  private Fib fib(IpAddress destination) {
    return destination.isV4() ? stack.routes4() : stack.routes6();
  }

  /** Of a device that is down only what is local of IPv4 is there. */
  private static Set<RouteEntry> routes(NetDevice device, boolean up) {
    Set<RouteEntry> routes = new LinkedHashSet<>();
    for (InterfaceAddress own : device.addresses()) {
      if (own.address().isV4()) {
        routes4(device, own, up, routes);
      } else if (up) {
        routes6(device, own, routes);
      }
    }
    return routes;
  }

  private static void routes4(
      NetDevice device, InterfaceAddress own, boolean up, Set<RouteEntry> to) {
    IpAddress address = own.address();
    IpAddress source = primary(device, own);
    Route local = Route.of(Route.Type.LOCAL, device, Scope.HOST).withSource(source);
    Route toAll = Route.of(Route.Type.BROADCAST, device, Scope.LINK).withSource(source);
    to.add(new RouteEntry(RouteEntry.LOCAL, address, 32, local));
    if (!up
        || Addresses.isMulticast(source.hi(), source.lo())
        || Addresses.isLimitedBroadcast(source.hi(), source.lo())) {
      // fib_valid_prefsrc: nobody sends from such an address
      return;
    }
    IpAddress broadcast = own.broadcast();
    if (broadcast != null && !Addresses.isLimitedBroadcast(broadcast.hi(), broadcast.lo())) {
      to.add(new RouteEntry(RouteEntry.LOCAL, broadcast, 32, toAll));
    }
    IpAddress network = own.onLink().network(own.prefix());
    boolean alone = own.prefix() == 32 && network.equals(address);
    if (alone || own.secondary() || (int) network.lo() == 0) {
      return;
    }
    if (!own.is(InterfaceAddress.NOPREFIXROUTE)) {
      boolean loopback = device.kind() == NetDevice.Kind.LOOPBACK;
      Route link = Route.of(Route.Type.UNICAST, device, Scope.LINK).withSource(source);
      Route route = (loopback ? local : link).withMetric(own.metric());
      long table = loopback ? RouteEntry.LOCAL : RouteEntry.MAIN;
      to.add(new RouteEntry(table, network, own.prefix(), route));
    }
    IpAddress last = own.lastOfNetwork();
    if (last != null) {
      to.add(new RouteEntry(RouteEntry.LOCAL, last, 32, toAll));
    }
  }

  /** The address that packets of an address's subnet come from: of a secondary one the first. */
  private static IpAddress primary(NetDevice device, InterfaceAddress own) {
    if (own.secondary()) {
      for (InterfaceAddress other : device.addresses()) {
        if (!other.secondary() && isSameSubnet(other, own)) {
          return other.address();
        }
      }
    }
    return own.address();
  }

  private static void routes6(NetDevice device, InterfaceAddress own, Set<RouteEntry> to) {
    IpAddress address = own.address();
    if (!own.is(InterfaceAddress.TENTATIVE)) {
      Route local = Route.of(Route.Type.LOCAL, device, Scope.GLOBAL);
      to.add(new RouteEntry(RouteEntry.LOCAL, address, 128, local));
    }
    long metric = own.metric() == 0 ? 256 : own.metric();
    Route link = Route.of(Route.Type.UNICAST, device, Scope.GLOBAL).withMetric(metric);
    boolean loopback = address.hi() == 0 && address.lo() == 1; // init_loopback makes none of it
    int none = InterfaceAddress.NOPREFIXROUTE | InterfaceAddress.AUTOCONFIGURED;
    if (!own.is(none) && !loopback) {
      int prefix = own.prefix();
      to.add(new RouteEntry(RouteEntry.MAIN, address.network(prefix), prefix, link));
    }
    IpAddress peer = own.peer();
    if (peer != null) {
      to.add(new RouteEntry(RouteEntry.MAIN, peer, 128, link));
    }
  }

  /** The routes that a device's addresses make as it is now. */
  public static Set<RouteEntry> routesOf(NetDevice device) {
    return routes(device, device.isUp());
  }

  /** The route of IPv6's groups by a device. */
  public static RouteEntry groupRoute(NetDevice device) {
    Route route = Route.of(Route.Type.MULTICAST, device, Scope.GLOBAL).withMetric(256);
    return new RouteEntry(RouteEntry.LOCAL, new IpAddress(GROUPS_HI, 0), 8, route);
  }

  /** Makes the route of IPv6's groups by a device ({@code addrconf_add_mroute}). */
  public void addGroupRoute(NetDevice device) {
    RouteEntry entry = groupRoute(device);
    stack.routes6().add(entry.table(), entry.destination(), entry.prefix(), entry.route());
  }

  /** The device's own entry of an address, or null ({@code ipv6_get_ifaddr}). */
  public static @Nullable InterfaceAddress find(NetDevice device, long hi, long lo) {
    for (int i = 0; i < device.addresses().size(); i++) {
      InterfaceAddress own = device.addresses().get(i);
      if (own.address().lo() == lo && own.address().hi() == hi) {
        return own;
      }
    }
    return null;
  }

  /** Whether two addresses of IPv4 are of one subnet of a device ({@code inet_addr_onlink}). */
  public static boolean sameSubnet(NetDevice device, long one, long other) {
    for (int i = 0; i < device.addresses().size(); i++) {
      InterfaceAddress own = device.addresses().get(i);
      if (own.address().isV4() && !own.secondary() && own.covers(0, one) && own.covers(0, other)) {
        return true;
      }
    }
    return false;
  }

  /** The IPv6 link-local address of a device that may be used, or null. */
  public static @Nullable IpAddress linkLocal(NetDevice device) {
    for (InterfaceAddress own : device.addresses()) {
      IpAddress address = own.address();
      if (!address.isV4()
          && Addresses.isLinkLocal(address.hi(), address.lo())
          && !own.is(InterfaceAddress.TENTATIVE)) {
        return address;
      }
    }
    return null;
  }
}
