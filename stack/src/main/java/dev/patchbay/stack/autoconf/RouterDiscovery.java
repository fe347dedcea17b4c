package dev.patchbay.stack.autoconf;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.conf.NeighbourKey;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.device.LinkEvent;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.neighbour.NeighbourSettings;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Addresses;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds routers by the devices of a namespace that take advertisements. Of the loop's thread. */
public final class RouterDiscovery {
  private static final int MIN_MTU = 1280;

  /** ms; {@code ndisc_router_discovery} takes no less. */
  private static final int LEAST_RETRANS = 10;

  private static final int LEAST_REACHABLE = 100;

  /** An hour, beyond which no router may go (RFC 4861 section 6.2.1). */
  private static final int MOST_REACHABLE = 3_600_000;

  private final NetworkStack stack;
  private final RandomSource random;
  private final LearnedRoutes routes;
  private final AutoAddresses addresses;
  private final Map<NetDevice, Integer> mtus = new HashMap<>();
  private final Map<NetDevice, RouterSolicitor> solicitors = new HashMap<>();
  private final Timer timer;

  /** Of a namespace that has its other parts already. */
  public RouterDiscovery(NetworkStack stack) {
    this.stack = stack;
    random = stack.random().derive("router discovery");
    routes = new LearnedRoutes(stack);
    addresses = new AutoAddresses(stack);
    timer = stack.loop().timer(this::expire);
    stack.addLinkListener(this::linkEvent);
  }

  /** The MTU that a router has told of a device's link, 0 where none has. */
  public int mtu(NetDevice device) {
    return mtus.getOrDefault(device, 0);
  }

  /** What advertisements have said of a route, or null where it is none of theirs. */
  public @Nullable LearnedRoute about(RouteEntry entry) {
    return routes.find(entry);
  }

  /** Addresses and routes that were not made since a device had as many as it may have. */
  public long refused() {
    return routes.refused() + addresses.refused();
  }

  /** A device forwards from now on: default routers go where {@code accept_ra} is not 2. */
  public void forwards() {
    routes.forgetDefaultRouters(device -> device.conf6().get(Ipv6Key.ACCEPT_RA) != 2);
  }

  /** A device has IPv6 from now on, or no more. */
  public void ipv6Changed(NetDevice device) {
    if (device.conf6().is(Ipv6Key.DISABLE_IPV6)) {
      forget(device);
    } else {
      solicit(device);
    }
  }

  private void linkEvent(NetDevice device, LinkEvent event) {
    switch (event) {
      case UP -> {
        mtus.remove(device);
        solicit(device);
      }
      case CHANGED -> solicit(device);
      case MTU -> mtus.remove(device);
      case DOWN, UNREGISTERED -> forget(device);
      default -> {}
    }
  }

  private void forget(NetDevice device) {
    silence(device);
    routes.forget(device);
    mtus.remove(device);
  }

  private void silence(NetDevice device) {
    RouterSolicitor solicitor = solicitors.remove(device);
    if (solicitor != null) {
      solicitor.stop();
    }
  }

  /** Whether routers may be asked for by a device now. */
  static boolean mayAsk(NetDevice device) {
    return device.isUp()
        && device.hasCarrier()
        && device.isEthernet()
        && device.kind() != NetDevice.Kind.LOOPBACK
        && device.master() == null
        && device.mtu() >= MIN_MTU
        && !device.conf6().is(Ipv6Key.DISABLE_IPV6)
        && StackConf.takesAdvertisements(device);
  }

  /** Asks for routers where the device can send ({@code addrconf_dad_completed}, its timers). */
  private void solicit(NetDevice device) {
    if (!mayAsk(device)) {
      silence(device);
    } else if (!solicitors.containsKey(device)) {
      RouterSolicitor solicitor = new RouterSolicitor(stack, device, random);
      solicitors.put(device, solicitor);
      solicitor.start();
    }
  }

  /**
   * Takes an advertisement that was checked as every message of neighbour discovery is (hop limit,
   * code, checksum, lengths of options). The packet stays the caller's.
   *
   * @return whether the device takes advertisements and this one may be one
   */
  public boolean advertised(Packet packet) {
    NetDevice device = packet.device;
    if (device == null || !StackConf.takesAdvertisements(device)) {
      return false;
    }
    long hi = packet.sourceHi();
    long lo = packet.sourceLo();
    boolean own = stack.isLocal(hi, lo) && !device.conf6().is(Ipv6Key.ACCEPT_RA_FROM_LOCAL);
    if (!Addresses.isLinkLocal(hi, lo) || own) {
      return false; // RFC 4861 section 6.1.2
    }
    RouterSolicitor solicitor = solicitors.get(device);
    if (solicitor != null) {
      solicitor.answered();
    }
    RouterAdvertisement ra = RouterAdvertisement.parse(packet.data, packet.l4, packet.tail);
    if (device.conf6().is(Ipv6Key.ACCEPT_RA_MTU)
        && ra.mtu() >= MIN_MTU
        && ra.mtu() <= device.mtu()) {
      mtus.put(device, (int) ra.mtu());
    }
    IpAddress router = new IpAddress(hi, lo);
    if (device.conf6().is(Ipv6Key.ACCEPT_RA_DEFRTR)) {
      defaultRouter(device, ra, router);
    }
    times(device, ra);
    if (device.conf6().is(Ipv6Key.ACCEPT_RA_RTR_PREF)) {
      ra.routes().forEach(network -> network(device, network, router));
    }
    if (device.conf6().is(Ipv6Key.ACCEPT_RA_PINFO)) {
      ra.prefixes().forEach(prefix -> prefix(device, prefix));
    }
    expire();
    return true;
  }

  /** What is not said stays as it is (section 6.3.4). */
  private void defaultRouter(NetDevice device, RouterAdvertisement ra, IpAddress router) {
    if (isTooShort(device, ra.lifetime())) {
      return; // skip_defrtr
    }
    int least = device.conf6().get(Ipv6Key.ACCEPT_RA_MIN_HOP_LIMIT);
    boolean told = ra.hopLimit() != 0 && ra.hopLimit() >= least;
    if (told) {
      device.conf6().set(Ipv6Key.HOP_LIMIT, ra.hopLimit());
    }
    int preference = device.conf6().is(Ipv6Key.ACCEPT_RA_RTR_PREF) ? ra.preference() : 0;
    int hopLimit = told ? ra.hopLimit() : routes.hopLimit(device, router);
    routes.heard(
        device, IpAddress.ANY6, 0, router, ra.lifetime(), preference, hopLimit, mtu(device));
  }

  /** What is said of the times of neighbours, in ms: the device's own from now on. */
  private void times(NetDevice device, RouterAdvertisement ra) {
    NeighbourSettings to = stack.neighbours().settings(device, false);
    if (ra.retrans() != 0 && ra.retrans() <= Integer.MAX_VALUE) {
      to.set(NeighbourKey.RETRANS_TIME_MS, (int) Math.max(ra.retrans(), LEAST_RETRANS));
    }
    if (ra.reachable() != 0 && ra.reachable() <= MOST_REACHABLE) {
      int base = (int) Math.max(ra.reachable(), LEAST_REACHABLE);
      if (base != to.values().get(NeighbourKey.BASE_REACHABLE_TIME_MS)) {
        to.set(NeighbourKey.BASE_REACHABLE_TIME_MS, base);
        to.set(NeighbourKey.GC_STALE_TIME, Math.max(1, 3 * base / 1000));
      }
    }
  }

  /** {@code accept_ra_min_lft}: what ends at once is always taken. */
  private static boolean isTooShort(NetDevice device, long lifetime) {
    return lifetime != 0 && lifetime < device.conf6().get(Ipv6Key.ACCEPT_RA_MIN_LFT);
  }

  private void network(NetDevice device, RouterAdvertisement.Network network, IpAddress router) {
    int length = network.length();
    if ((length == 0 && !device.conf6().is(Ipv6Key.ACCEPT_RA_DEFRTR))
        || isTooShort(device, network.lifetime())
        || length < device.conf6().get(Ipv6Key.ACCEPT_RA_RT_INFO_MIN_PLEN)
        || length > device.conf6().get(Ipv6Key.ACCEPT_RA_RT_INFO_MAX_PLEN)
        || (length > 0 && Addresses.isLinkLocal(network.address().hi(), network.address().lo()))) {
      return;
    }
    routes.heard(
        device,
        network.address(),
        length,
        router,
        network.lifetime(),
        network.preference(),
        length == 0 ? routes.hopLimit(device, router) : 0,
        mtu(device));
  }

  private void prefix(NetDevice device, RouterAdvertisement.Prefix prefix) {
    long hi = prefix.address().hi();
    long lo = prefix.address().lo();
    if (Addresses.isLinkLocal(hi, lo)
        || Addresses.isMulticast(hi, lo)
        || prefix.preferred() > prefix.valid()
        || isTooShort(device, prefix.valid())) {
      return; // RFC 4862 section 5.5.3 b, c
    }
    if (prefix.onLink() && prefix.length() > 0) {
      routes.heard(
          device, prefix.address(), prefix.length(), null, prefix.valid(), 0, 0, mtu(device));
    }
    if (prefix.autonomous() && device.conf6().is(Ipv6Key.AUTOCONF)) {
      addresses.heard(device, prefix);
    }
  }

  private void expire() {
    long next = routes.expire(stack.loop().now());
    if (next == Long.MAX_VALUE) {
      timer.cancel();
    } else {
      timer.arm(next);
    }
  }
}
