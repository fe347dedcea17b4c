package dev.patchbay.backend.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Values that the keys of several services have. */
final class KeyReader {
  /** Longest name of DNS in octets of its text. */
  private static final int MAX_DOMAIN = 253;

  /** Domains to search: what fits into one answer. */
  private static final int MAX_DOMAINS = 4;

  private KeyReader() {}

  static long number(String key, YamlNode node, long least, long most) throws ConfigException {
    String expected = "a number from " + least + " to " + most;
    String text = node.scalar(key, expected);
    long value = Numbers.parseLong(text, least, most);
    if (value < 0) {
      throw node.source().error(key, text, "expected " + expected);
    }
    return value;
  }

  static boolean flag(String key, YamlNode node) throws ConfigException {
    String text = node.scalar(key, "true or false");
    return switch (text) {
      case "true", "on" -> true;
      case "false", "off" -> false;
      default -> throw node.source().error(key, text, "expected true or false");
    };
  }

  static Inet6Address address6(String key, String text, Source source) throws ConfigException {
    return IpLiterals.parse6(text)
        .orElseThrow(() -> source.error(key, text, "expected an IPv6 address"));
  }

  static void addresses6(String key, YamlNode node, int most, List<Inet6Address> to)
      throws ConfigException {
    for (YamlNode one : node.elements(key, "an IPv6 address or a list of them")) {
      to.add(address6(key, one.scalar(key, "an IPv6 address"), one.source()));
    }
    checkCount(key, node, to.size(), most);
  }

  static void addresses(String key, YamlNode node, int most, List<InetAddress> to)
      throws ConfigException {
    for (YamlNode one : node.elements(key, "an address or a list of them")) {
      String text = one.scalar(key, "an address");
      Optional<InetAddress> address = IpLiterals.parse(text);
      if (address.isEmpty()
          || address.get().isMulticastAddress()
          || address.get().isAnyLocalAddress()
          || address.get() instanceof Inet4Address v4 && v4.getHostAddress().startsWith("0.")) {
        throw one.source().error(key, text, "expected the IP address of a machine");
      }
      to.add(address.get());
    }
    checkCount(key, node, to.size(), most);
  }

  static void networks6(String key, YamlNode node, int most, List<Cidr> to) throws ConfigException {
    for (YamlNode one : node.elements(key, "PREFIX/LENGTH or a list of them")) {
      String text = one.scalar(key, "PREFIX/LENGTH");
      Optional<Cidr> network = Cidr.parse(text);
      if (network.isEmpty()
          || !text.contains("/")
          || !(network.get().address() instanceof Inet6Address)) {
        throw one.source().error(key, text, "expected an IPv6 network as fd00:42::/64");
      }
      to.add(network.get());
    }
    checkCount(key, node, to.size(), most);
  }

  static void domains(String key, YamlNode node, List<String> to) throws ConfigException {
    for (YamlNode one : node.elements(key, "a domain name or a list of them")) {
      String text = one.scalar(key, "a domain name");
      String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
      for (String label : name.split("\\.", -1)) {
        int length = label.getBytes(StandardCharsets.UTF_8).length;
        if (length < 1 || length > 63 || name.length() > MAX_DOMAIN) {
          throw one.source().error(key, text, "expected a domain name");
        }
      }
      to.add(name);
    }
    checkCount(key, node, to.size(), MAX_DOMAINS);
  }

  private static void checkCount(String key, YamlNode node, int count, int most)
      throws ConfigException {
    if (count > most) {
      throw node.source().error(key + ": expected at most " + most + " of them, found " + count);
    }
  }
}
