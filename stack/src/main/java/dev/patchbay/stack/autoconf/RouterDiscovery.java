package dev.patchbay.stack.autoconf;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.LinkEvent;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
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
  private static final int MAX_PREFERENCE_PREFIX = 128;

  private final NetworkStack stack;
  private final RandomSource random;
  private final LearnedRoutes routes;
  private final AutoAddresses addresses;
  private final Map<NetDevice, AutoconfSettings> settings = new HashMap<>();
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

  /** What a device does with advertisements; live. */
  public AutoconfSettings settings(NetDevice device) {
    return settings.computeIfAbsent(device, d -> new AutoconfSettings());
  }

  /** What advertisements have said of a route, or null where it is none of theirs. */
  public @Nullable LearnedRoute about(RouteEntry entry) {
    return routes.find(entry);
  }

  /** Addresses and routes that were not made since a device had as many as it may have. */
  public long refused() {
    return routes.refused() + addresses.refused();
  }

  /** The settings of a device have changed ({@code addrconf_forward_change}, accept_ra). */
  public void settingsChanged(NetDevice device) {
    if (settings(device).accepts()) {
      solicit(device);
    } else {
      silence(device);
      routes.forgetRouters(device); // rt6_purge_dflt_routers
    }
  }

  private void linkEvent(NetDevice device, LinkEvent event) {
    switch (event) {
      case UP, CHANGED -> {
        if (settings.containsKey(device) && settings(device).accepts()) {
          solicit(device);
        }
      }
      case DOWN -> {
        silence(device);
        routes.forget(device);
      }
      case UNREGISTERED -> {
        silence(device);
        routes.forget(device);
        settings.remove(device);
      }
      default -> {}
    }
  }

  private void silence(NetDevice device) {
    RouterSolicitor solicitor = solicitors.remove(device);
    if (solicitor != null) {
      solicitor.stop();
    }
  }

  /** Asks for routers where the device can send ({@code addrconf_begin_dad} and its timers). */
  private void solicit(NetDevice device) {
    boolean can =
        device.isUp()
            && device.hasCarrier()
            && device.isEthernet()
            && device.master() == null
            && device.mtu() >= MIN_MTU;
    if (!can) {
      silence(device);
    } else if (!solicitors.containsKey(device)) {
      RouterSolicitor solicitor = new RouterSolicitor(stack, device, settings(device), random);
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
    AutoconfSettings of = device == null ? null : settings.get(device);
    if (device == null || of == null || !of.accepts()) {
      return false;
    }
    long hi = packet.sourceHi();
    long lo = packet.sourceLo();
    if (!Addresses.isLinkLocal(hi, lo) || stack.isLocal(hi, lo)) {
      return false; // RFC 4861 section 6.1.2; accept_ra_from_local is 0
    }
    RouterSolicitor solicitor = solicitors.get(device);
    if (solicitor != null) {
      solicitor.answered();
    }
    RouterAdvertisement ra = RouterAdvertisement.parse(packet.data, packet.l4, packet.tail);
    link(device, of, ra);
    router(device, of, ra, new IpAddress(hi, lo));
    if (of.acceptRaPinfo) {
      ra.prefixes().forEach(prefix -> prefix(device, of, prefix));
    }
    expire();
    return true;
  }

  /** What is said of the link itself; what is not said stays as it is (section 6.3.4). */
  private static void link(NetDevice device, AutoconfSettings of, RouterAdvertisement ra) {
    if (ra.hopLimit() != 0 && ra.hopLimit() >= of.acceptRaMinHopLimit) {
      of.hopLimit = ra.hopLimit();
    }
    if (ra.reachable() != 0 && ra.reachable() <= 3_600_000) {
      of.reachableTime = (int) ra.reachable();
    }
    if (ra.retrans() != 0 && ra.retrans() <= Integer.MAX_VALUE) {
      of.retransTimer = (int) ra.retrans();
    }
    if (of.acceptRaMtu && ra.mtu() >= MIN_MTU && ra.mtu() <= device.mtu()) {
      of.mtu = (int) ra.mtu();
    }
  }

  private void router(
      NetDevice device, AutoconfSettings of, RouterAdvertisement ra, IpAddress router) {
    if (of.acceptRaDefrtr) {
      int preference = of.acceptRaRtrPref ? ra.preference() : 0;
      routes.heard(
          device, IpAddress.ANY6, 0, router, ra.lifetime(), preference, of.hopLimit, of.mtu);
    }
    int longest = Math.min(of.acceptRaRtInfoMaxPlen, MAX_PREFERENCE_PREFIX);
    for (RouterAdvertisement.Network network : ra.routes()) {
      boolean isDefault = network.length() == 0;
      if (longest > 0
          && network.length() <= longest
          && (!isDefault || of.acceptRaDefrtr)
          && !Addresses.isLinkLocal(network.address().hi(), network.address().lo())) {
        routes.heard(
            device,
            network.address(),
            network.length(),
            router,
            network.lifetime(),
            network.preference(),
            0,
            of.mtu);
      }
    }
  }

  private void prefix(NetDevice device, AutoconfSettings of, RouterAdvertisement.Prefix prefix) {
    long hi = prefix.address().hi();
    long lo = prefix.address().lo();
    if (Addresses.isLinkLocal(hi, lo)
        || Addresses.isMulticast(hi, lo)
        || prefix.preferred() > prefix.valid()) {
      return; // RFC 4862 section 5.5.3 b, c
    }
    if (prefix.onLink() && prefix.length() > 0) {
      routes.heard(device, prefix.address(), prefix.length(), null, prefix.valid(), 0, 0, of.mtu);
    }
    if (prefix.autonomous() && of.autoconf) {
      addresses.heard(device, of, prefix);
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
