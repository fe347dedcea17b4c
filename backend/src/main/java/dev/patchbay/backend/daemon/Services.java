package dev.patchbay.backend.daemon;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DaemonConfig;
import dev.patchbay.backend.config.ServiceKeys;
import dev.patchbay.backend.dhcp.FileLeaseStore;
import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.backend.dhcp6.Lease6;
import dev.patchbay.backend.dns.HostResolvers;
import dev.patchbay.backend.dns.NettyDnsUpstream;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.service.Outfit;
import dev.patchbay.backend.service.ServiceTable;
import dev.patchbay.stack.NetworkStack;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;

/**
 * What the appliance offers: DHCP, router advertisements and DNS, on {@code br0} by itself and on
 * other devices where the configuration or a word says so. On the loop.
 */
final class Services {
  private static final String APPLIANCE = "br0";

  private final FileLeaseStore leases;
  private final ServiceTable table;
  private final List<ServiceKeys> configured;

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
      Outfit.LeaseListener observer,
      BiConsumer<String, Lease6> observer6) {
    NetworkStack initial = network.stack();
    configured = config.services();
    leases = new FileLeaseStore(dir.resolve("leases.json"), files);
    SecureRandom ids = new SecureRandom();
    table =
        new ServiceTable(
            new Outfit(
                loop,
                initial.namespaces(),
                initial.random(),
                leases,
                portMac,
                observer,
                observer6,
                new NettyDnsUpstream(
                    loop, loop.group(), EpollDatagramChannel.class, EpollSocketChannel.class),
                new HostResolvers(Path.of("/etc/resolv.conf"), files, System::nanoTime),
                () -> ids.nextInt(0x10000),
                config.uplink().restrict(),
                APPLIANCE,
                Network.DNS4,
                Network.DNS6));
  }

  /** Begins to serve on br0, and elsewhere as far as devices are there. */
  void open() {
    for (ServiceKeys.Kind kind :
        List.of(ServiceKeys.Kind.DNS, ServiceKeys.Kind.DHCP, ServiceKeys.Kind.RA)) {
      table.set(ServiceKeys.defaults(kind, APPLIANCE));
    }
    configured.forEach(table::set);
  }

  /**
   * Follows what has changed and looks whether what the configuration says fits the devices that
   * are there.
   *
   * @throws ConfigException where it does not
   */
  void check() throws ConfigException {
    table.refresh();
    table.check();
  }

  /** Which device has which service. */
  ServiceTable table() {
    return table;
  }

  /** The leases of a namespace. */
  List<Lease> leases(NetworkStack stack) {
    return table.leases(stack);
  }

  /** Ends; the hosts are told, leases stay. */
  void close() {
    table.close();
  }

  /** Waits until the leases are on the disk; not on the loop. */
  void flush() {
    leases.flush();
  }
}
