package dev.patchbay.backend.daemon;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DaemonConfig;
import dev.patchbay.backend.dhcp.DhcpObserver;
import dev.patchbay.backend.dhcp.DhcpServer;
import dev.patchbay.backend.dhcp.DhcpService;
import dev.patchbay.backend.dhcp.DhcpSettings;
import dev.patchbay.backend.dhcp.FileLeaseStore;
import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.backend.dns.DnsForwarder;
import dev.patchbay.backend.dns.DnsNames;
import dev.patchbay.backend.dns.DnsTcpService;
import dev.patchbay.backend.dns.DnsUdpService;
import dev.patchbay.backend.dns.HostResolvers;
import dev.patchbay.backend.dns.NettyDnsUpstream;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.ra.NdpRaLink;
import dev.patchbay.backend.ra.RaSettings;
import dev.patchbay.backend.ra.RouterAdvertiser;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.ToLongFunction;

/** What the appliance offers on br0: DHCP, router advertisements and DNS. On the loop. */
final class Services {
  private final DhcpServer dhcp;
  private final DhcpService dhcpService;
  private final FileLeaseStore leases;
  private final RouterAdvertiser advertiser;
  private final List<DnsUdpService> dnsUdp = new ArrayList<>();
  private final List<DnsTcpService> dnsTcp = new ArrayList<>();

  /**
   * @param files reads and writes files off the loop
   * @param portMac configured MAC of an attachment by port name, or 0
   */
  Services(
      NettyLoop loop,
      Network network,
      DaemonConfig config,
      Path dir,
      Executor files,
      ToLongFunction<String> portMac,
      DhcpObserver observer)
      throws ConfigException {
    NetworkStack stack = network.stack();
    DhcpSettings settings = DhcpSettings.of(config.dhcp().get("br0"), () -> network.bridge().mtu());
    leases = new FileLeaseStore(dir.resolve("leases.json"), files);
    dhcp = new DhcpServer(settings, loop::wallTime, leases, portMac, observer);
    dhcpService = new DhcpService(loop, stack.udp(), network.bridge(), dhcp);
    advertiser =
        new RouterAdvertiser(
            loop,
            stack.random().derive("ra"),
            new NdpRaLink(stack.ndp(), network.bridge()),
            RaSettings.defaults());
    stack
        .ndp()
        .onRouterSolicitation((device, port, hi, lo, mac) -> {
          if (network.bridge().equals(device)) {
            advertiser.solicited(hi, lo);
          }
        });
    SecureRandom ids = new SecureRandom();
    DnsForwarder forwarder =
        new DnsForwarder(
            loop,
            new NettyDnsUpstream(
                loop, loop.group(), EpollDatagramChannel.class, EpollSocketChannel.class),
            new HostResolvers(Path.of("/etc/resolv.conf"), files, System::nanoTime),
            new DnsNames(this::names),
            () -> ids.nextInt(0x10000),
            config.uplink().restrict());
    for (IpAddress address : List.of(Network.DNS4, Network.DNS6)) {
      dnsUdp.add(new DnsUdpService(stack.udp(), forwarder, address));
      dnsTcp.add(new DnsTcpService(loop, stack.tcp(), forwarder, address));
    }
  }

  private Map<String, List<IpAddress>> names() {
    Map<String, List<IpAddress>> all = new HashMap<>();
    all.put("gateway", List.of(Network.GATEWAY4, Network.GATEWAY6));
    all.put("_gateway", List.of(Network.GATEWAY4, Network.GATEWAY6));
    for (Lease lease : dhcp.leases()) {
      if (!lease.hostname().isEmpty() && lease.state() == Lease.State.BOUND) {
        IpAddress address = new IpAddress(0, Addresses.v4(lease.ip()));
        all.putIfAbsent(lease.hostname().toLowerCase(Locale.ROOT), List.of(address));
      }
    }
    return all;
  }

  /** Begins to serve. */
  void open() {
    boolean good = dhcpService.open();
    for (DnsUdpService service : dnsUdp) {
      good &= service.open();
    }
    for (DnsTcpService service : dnsTcp) {
      good &= service.open();
    }
    if (!good) {
      throw new IllegalStateException("a port of the appliance's own services is taken");
    }
    advertiser.start();
  }

  DhcpServer dhcp() {
    return dhcp;
  }

  RouterAdvertiser advertiser() {
    return advertiser;
  }

  /** Ends; the hosts are told, leases stay. */
  void close() {
    advertiser.stop();
    dhcpService.close();
    dnsUdp.forEach(DnsUdpService::close);
    dnsTcp.forEach(DnsTcpService::close);
  }

  /** Waits until the leases are on the disk; not on the loop. */
  void flush() {
    leases.flush();
  }
}
