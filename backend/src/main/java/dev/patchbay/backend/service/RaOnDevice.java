package dev.patchbay.backend.service;

import dev.patchbay.backend.config.Cidr;
import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DhcpConfig;
import dev.patchbay.backend.config.RaConfig;
import dev.patchbay.backend.config.ServiceKeys;
import dev.patchbay.backend.ra.NdpRaLink;
import dev.patchbay.backend.ra.RaSettings;
import dev.patchbay.backend.ra.RouterAdvertiser;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Router advertisements on a device: of the networks of its addresses, where it follows them. */
final class RaOnDevice extends DeviceService {
  private static final int SLAAC_PREFIX = 64;
  private static final int PREFERENCE_SHIFT = 3;

  private final Function<Place, List<IpAddress>> resolvers;
  private final Function<Place, DhcpConfig.Mode> dhcp6;
  private @Nullable RouterAdvertiser advertiser;
  private RaConfig.Preference preference = RaConfig.Preference.MEDIUM;

  /**
   * @param resolvers the resolvers that clients of a device are told of, of both families
   * @param dhcp6 what DHCPv6 gives on it, which flags M and O tell
   */
  RaOnDevice(
      Outfit outfit,
      ServiceKeys keys,
      Function<Place, List<IpAddress>> resolvers,
      Function<Place, DhcpConfig.Mode> dhcp6) {
    super(outfit, keys);
    this.resolvers = resolvers;
    this.dhcp6 = dhcp6;
  }

  @Override
  @Nullable String serve(Place found) throws ConfigException {
    if (!found.device().isEthernet()) {
      return found.device().name() + " is no Ethernet device";
    }
    RaSettings settings = settings(found, keys().ra());
    RouterAdvertiser running = advertiser;
    if (running == null) {
      Outfit outfit = outfit();
      RouterAdvertiser made =
          new RouterAdvertiser(
              outfit.loop(),
              outfit.random().derive("ra " + keys().device()),
              new NdpRaLink(found.stack().ndp(), found.device()),
              settings);
      advertiser = made;
      made.start();
    } else if (!settings.equals(running.settings())) {
      running.settings(settings);
    }
    return null;
  }

  private RaSettings settings(Place found, RaConfig config) {
    Set<RaSettings.Network> networks = new LinkedHashSet<>();
    config.prefixes().forEach(prefix -> networks.add(network(prefix)));
    if (networks.isEmpty()) {
      for (InterfaceAddress own : found.global(false)) {
        if (own.prefix() == SLAAC_PREFIX && !own.is(InterfaceAddress.DEPRECATED)) {
          networks.add(new RaSettings.Network(own.onLink().network(SLAAC_PREFIX), SLAAC_PREFIX));
        }
      }
    }
    long valid = config.valid().orElse(RaSettings.DEFAULT_VALID);
    long preferred = config.preferred().orElse(Math.min(RaSettings.DEFAULT_PREFERRED, valid));
    List<RaSettings.Prefix> prefixes = new ArrayList<>();
    for (RaSettings.Network network : networks) {
      prefixes.add(
          new RaSettings.Prefix(network, config.onLink(), config.autonomous(), valid, preferred));
    }
    List<IpAddress> dns = new ArrayList<>();
    config.dns().forEach(address -> dns.add(IpAddress.of(address)));
    if (dns.isEmpty()) {
      resolvers.apply(found).stream().filter(address -> !address.isV4()).forEach(dns::add);
    }
    preference = config.preference();
    DhcpConfig.Mode mode = dhcp6.apply(found);
    int flags =
        (config.managed().orElse(mode == DhcpConfig.Mode.STATEFUL) ? RaSettings.MANAGED : 0)
            | (config.other().orElse(mode != DhcpConfig.Mode.OFF) ? RaSettings.OTHER : 0)
            | preference.bits() << PREFERENCE_SHIFT;
    return new RaSettings(
        prefixes,
        config.lifetime().orElse(RaSettings.DEFAULT_LIFETIME),
        flags,
        config.hopLimit().orElse(RaSettings.DEFAULT_HOP_LIMIT),
        config.reachable().orElse(0),
        config.retrans().orElse(0),
        config.mtu().orElse(0),
        dns,
        config.search(),
        config.routes().stream().map(RaOnDevice::network).toList(),
        config.interval().orElse(RaSettings.DEFAULT_INTERVAL));
  }

  private static RaSettings.Network network(Cidr cidr) {
    return new RaSettings.Network(IpAddress.of(cidr.address()), cidr.prefix());
  }

  /** A solicitation that came by a device of this namespace. */
  void solicited(NetDevice device, long hi, long lo) {
    Place place = place();
    RouterAdvertiser running = advertiser;
    if (place != null && running != null && place.device().equals(device)) {
      running.solicited(hi, lo);
    }
  }

  @Override
  void attached() {
    if (advertiser != null) {
      advertiser.changed();
    }
  }

  @Override
  void end() {
    if (advertiser != null) {
      advertiser.stop();
    }
    advertiser = null;
  }

  @Override
  Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    RouterAdvertiser running = advertiser;
    if (running == null) {
      return values;
    }
    RaSettings s = running.settings();
    if (!s.prefixes().isEmpty()) {
      List<String> prefixes = s.prefixes().stream().map(p -> text(p.network())).toList();
      values.put("prefix", String.join(",", prefixes));
      values.put("valid", s.prefixes().getFirst().valid());
      values.put("preferred", s.prefixes().getFirst().preferred());
    }
    values.put("lifetime", s.routerLifetime());
    values.put("preference", preference.name().toLowerCase(Locale.ROOT));
    values.put("managed", (s.flags() & RaSettings.MANAGED) != 0);
    values.put("other", (s.flags() & RaSettings.OTHER) != 0);
    if (!s.dns().isEmpty()) {
      values.put("dns", String.join(",", s.dns().stream().map(IpAddress::toString).toList()));
    }
    if (!s.search().isEmpty()) {
      values.put("search", String.join(",", s.search()));
    }
    if (!s.routes().isEmpty()) {
      values.put("route", String.join(",", s.routes().stream().map(RaOnDevice::text).toList()));
    }
    return values;
  }

  private static String text(RaSettings.Network network) {
    return network.address() + "/" + network.length();
  }
}
