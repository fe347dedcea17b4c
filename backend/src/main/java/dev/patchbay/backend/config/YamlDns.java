package dev.patchbay.backend.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Reads what is said of one device's DNS forwarder. */
final class YamlDns {
  /** As many resolvers as a system has at most, and some. */
  private static final int MOST = 8;

  private YamlDns() {}

  /**
   * Reads the keys of one device.
   *
   * @param source where the device stands
   */
  static DnsConfig read(Source source, Iterable<YamlNode.Entry> keys) throws ConfigException {
    List<InetAddress> addresses = new ArrayList<>();
    List<InetAddress> upstream = new ArrayList<>();
    for (YamlNode.Entry entry : keys) {
      switch (entry.key()) {
        case "address" -> KeyReader.addresses("address", entry.value(), MOST, addresses);
        case "upstream" -> KeyReader.addresses("upstream", entry.value(), MOST, upstream);
        default ->
            throw entry
                .source()
                .error("unknown key '" + entry.key() + "'; expected address or upstream");
      }
    }
    return new DnsConfig(source, addresses, upstream);
  }
}
