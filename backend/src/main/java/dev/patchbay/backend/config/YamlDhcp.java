package dev.patchbay.backend.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what the configuration file says of one device's DHCP server. */
final class YamlDhcp {
  private static final Pattern HOSTNAME =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?");

  /** Resolvers that one answer tells. */
  private static final int MAX_DNS6 = 8;

  private DhcpConfig.@Nullable Range range;
  private @Nullable Inet4Address router;
  private OptionalLong lease = OptionalLong.empty();
  private final List<Inet4Address> dns = new ArrayList<>();
  private final SortedMap<Integer, DhcpOption> options = new TreeMap<>();
  private final List<DhcpConfig.Host> hosts = new ArrayList<>();
  private boolean client;
  private boolean others;
  private DhcpConfig.@Nullable Mode mode6;
  private DhcpConfig.@Nullable Range6 range6;
  private final List<Inet6Address> dns6 = new ArrayList<>();
  private final List<String> search = new ArrayList<>();
  private final Set<Object> taken = new HashSet<>();

  private YamlDhcp() {}

  /**
   * Reads the keys of one device.
   *
   * @param source where the device stands
   */
  static DhcpConfig read(Source source, Iterable<YamlNode.Entry> keys) throws ConfigException {
    return new YamlDhcp().device(source, keys);
  }

  private DhcpConfig device(Source source, Iterable<YamlNode.Entry> keys) throws ConfigException {
    for (YamlNode.Entry entry : keys) {
      YamlNode value = entry.value();
      switch (entry.key()) {
        case "range" -> range = range(value);
        case "router" -> router = address("router", value);
        case "lease" -> lease = OptionalLong.of(lease(value));
        case "dns" -> {
          for (YamlNode node : value.elements("dns", "an IPv4 address or a list of them")) {
            dns.add(address("dns", node));
          }
        }
        case "options" -> {
          for (YamlNode.Entry option : value.entries("options", "a mapping {NUMBER: VALUE}")) {
            option(option);
          }
        }
        case "hosts" -> {
          for (YamlNode node : value.list("hosts", "a list of {mac: MAC, ip: IP}")) {
            hosts.add(host(node));
          }
        }
        case "client" -> client = KeyReader.flag("client", value);
        case "v6" -> mode6 = mode6(value);
        case "range6" -> range6 = range6(value);
        case "dns6" -> KeyReader.addresses6("dns6", value, MAX_DNS6, dns6);
        case "search" -> KeyReader.domains("search", value, search);
        default ->
            throw entry
                .source()
                .error(
                    "unknown key '"
                        + entry.key()
                        + "'; expected range, router, lease, dns, options, hosts, v6, range6, dns6,"
                        + " search or client");
      }
      others |= !entry.key().equals("client");
    }
    if (client && others) {
      throw source.error("client: a client has no keys of a server beside it");
    }
    return new DhcpConfig(source, range, router, lease, dns, options, hosts, six(source), client);
  }

  private DhcpConfig.Six six(Source source) throws ConfigException {
    DhcpConfig.Mode mode = mode6;
    if (mode == null) {
      mode = range6 != null ? DhcpConfig.Mode.STATEFUL : DhcpConfig.Mode.OFF;
    }
    if (mode == DhcpConfig.Mode.STATEFUL && range6 == null) {
      throw source.error("v6", "stateful", "expected range6=FIRST-LAST beside it");
    }
    if (mode == DhcpConfig.Mode.OFF && !(dns6.isEmpty() && search.isEmpty())) {
      throw source.error("dns6 and search are told by DHCPv6: expected v6=stateless or range6");
    }
    return new DhcpConfig.Six(mode, range6, dns6, search);
  }

  private static DhcpConfig.Mode mode6(YamlNode node) throws ConfigException {
    String text = node.scalar("v6", "off, stateless or stateful");
    for (DhcpConfig.Mode mode : DhcpConfig.Mode.values()) {
      if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
        return mode;
      }
    }
    if (text.equals("false")) {
      return DhcpConfig.Mode.OFF;
    }
    throw node.source().error("v6", text, "expected off, stateless or stateful");
  }

  private static DhcpConfig.Range6 range6(YamlNode node) throws ConfigException {
    String text = node.scalar("range6", "FIRST-LAST");
    int dash = text.indexOf('-');
    if (dash < 0) {
      throw node.source().error("range6", text, "expected FIRST-LAST, e.g. fd00::100-fd00::1ff");
    }
    Source source = node.source();
    Inet6Address first = KeyReader.address6("range6", text.substring(0, dash).strip(), source);
    Inet6Address last = KeyReader.address6("range6", text.substring(dash + 1).strip(), source);
    if (Arrays.compareUnsigned(first.getAddress(), last.getAddress()) > 0) {
      throw source.error("range6", text, "expected the lower address first");
    }
    return new DhcpConfig.Range6(source, first, last);
  }

  private static Inet4Address address(String key, YamlNode node) throws ConfigException {
    return address(key, node.scalar(key, "an IPv4 address"), node.source());
  }

  private static Inet4Address address(String key, String word, Source source)
      throws ConfigException {
    return IpLiterals.parse4(word)
        .orElseThrow(() -> source.error(key, word, "expected an IPv4 address"));
  }

  private static DhcpConfig.Range range(YamlNode node) throws ConfigException {
    String text = node.scalar("range", "FIRST-LAST");
    int dash = text.indexOf('-');
    if (dash < 0) {
      throw node.source().error("range", text, "expected FIRST-LAST, e.g. 10.0.2.15-10.0.2.99");
    }
    Inet4Address first = address("range", text.substring(0, dash).strip(), node.source());
    Inet4Address last = address("range", text.substring(dash + 1).strip(), node.source());
    if (DhcpConfig.toLong(first) > DhcpConfig.toLong(last)) {
      throw node.source().error("range", text, "expected the lower address first");
    }
    return new DhcpConfig.Range(node.source(), first, last);
  }

  private static long lease(YamlNode node) throws ConfigException {
    String text = node.scalar("lease", "seconds");
    long seconds = Numbers.parseLong(text, DhcpConfig.MIN_LEASE, DhcpConfig.MAX_LEASE);
    if (seconds < 0) {
      throw node.source()
          .error("lease", text, "expected seconds from 1 to " + DhcpConfig.MAX_LEASE);
    }
    return seconds;
  }

  private void option(YamlNode.Entry entry) throws ConfigException {
    List<YamlNode> words = entry.value().elements("option " + entry.key(), "a value or a list");
    DhcpOption option = DhcpOption.parse(entry.source(), entry.key(), words);
    options.put(option.number(), option);
  }

  private DhcpConfig.Host host(YamlNode node) throws ConfigException {
    MacAddress mac = null;
    Inet4Address ip = null;
    String hostname = null;
    List<Byte> clientId = List.of();
    Source macPlace = node.source();
    Source ipPlace = node.source();
    for (YamlNode.Entry entry : node.entries("hosts", "{mac: MAC, ip: IP}")) {
      String text = entry.value().scalar(entry.key(), "a value");
      Source source = entry.value().source();
      switch (entry.key()) {
        case "mac" -> {
          mac = mac(text, source);
          macPlace = source;
        }
        case "ip" -> {
          ip = address("ip", text, source);
          ipPlace = source;
        }
        case "hostname" -> {
          if (!HOSTNAME.matcher(text).matches()) {
            throw source.error("hostname", text, "expected a host name (RFC 1123)");
          }
          hostname = text;
        }
        case "clientId" -> clientId = clientId(text, source);
        default ->
            throw entry
                .source()
                .error("unknown key '" + entry.key() + "'; expected mac, ip, hostname or clientId");
      }
    }
    if (ip == null) {
      throw node.source().error("hosts: ip is missing");
    }
    if (mac == null && clientId.isEmpty()) {
      throw node.source().error("hosts: expected mac or clientId beside ip");
    }
    if (!taken.add(ip)) {
      throw ipPlace.error("ip", ip.getHostAddress(), "is another host's");
    }
    if (mac != null && clientId.isEmpty() && !taken.add(mac)) {
      throw macPlace.error("mac", mac.toString(), "is another host's");
    }
    return new DhcpConfig.Host(ipPlace, mac, clientId, ip, hostname);
  }

  private static MacAddress mac(String text, Source source) throws ConfigException {
    return MacAddress.parse(text)
        .filter(MacAddress::isUnicast)
        .orElseThrow(
            () -> source.error("mac", text, "expected a MAC address such as 52:54:00:12:34:56"));
  }

  /** {@code hex:…} is the whole identifier; a text is one of type 0 (RFC 2132 section 9.14). */
  private static List<Byte> clientId(String text, Source source) throws ConfigException {
    byte[] bytes;
    if (text.startsWith("hex:")) {
      try {
        bytes = HexFormat.of().parseHex(text.substring(4).replace(":", ""));
      } catch (IllegalArgumentException e) {
        throw source.error("clientId", text, "expected pairs of hexadecimal digits after hex:");
      }
    } else {
      bytes = ("\0" + text).getBytes(StandardCharsets.UTF_8);
    }
    if (bytes.length < 2 || bytes.length > 255) {
      throw source.error("clientId", text, "expected 2 to 255 bytes with the type");
    }
    List<Byte> list = new ArrayList<>(bytes.length);
    for (byte b : bytes) {
      list.add(b);
    }
    return list;
  }
}
