package dev.patchbay.backend.config;

import java.net.InetAddress;
import java.util.List;

/**
 * What the DNS forwarder of one device is asked to do.
 *
 * @param source the line of the device
 * @param addresses where it listens; empty: at all global addresses of the device
 * @param upstream the resolvers that it asks, in their order; empty: those of the host
 */
public record DnsConfig(Source source, List<InetAddress> addresses, List<InetAddress> upstream) {
  /** Takes copies. */
  public DnsConfig {
    addresses = List.copyOf(addresses);
    upstream = List.copyOf(upstream);
  }
}
