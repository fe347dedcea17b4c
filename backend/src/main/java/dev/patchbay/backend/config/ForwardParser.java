package dev.patchbay.backend.config;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** Reads one forwarding rule. */
final class ForwardParser {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final Source source;
  private final String rule;
  private final Path base;

  ForwardParser(Source source, String rule, Path base) {
    this.source = source;
    this.rule = rule;
    this.base = base;
  }

  static ConfigException error(Source source, String rule, String what, String word) {
    String message = "invalid forwarding rule '" + rule + "': " + what + " at '" + word + "'";
    return new ConfigException(source.isFile() ? source.where() + ": " + message : message);
  }

  private ConfigException error(String what, String word) {
    return error(source, rule, what, word);
  }

  Forward run() throws ConfigException {
    int dash = rule.lastIndexOf('-');
    if (dash < 0) {
      throw error("expected a '-' between host and guest", rule);
    }
    String left = rule.substring(0, dash);
    String right = rule.substring(dash + 1);
    int colon = left.indexOf(':');
    if (colon < 0) {
      throw error("expected [tcp|udp]:[HOSTADDR]:HOSTPORT or unix:PATH", left);
    }
    String proto = left.substring(0, colon);
    String rest = left.substring(colon + 1);
    int guestColon = right.lastIndexOf(':');
    if (guestColon < 0) {
      throw error("expected [GUEST]:GUESTPORT", right);
    }
    String guestWord = right.substring(0, guestColon);
    String portWord = right.substring(guestColon + 1);
    return switch (proto) {
      case "unix" -> {
        Path path = path(rest);
        yield new Forward(
            source, Forward.Proto.UNIX, null, 0, path, guest(guestWord), guestPort(portWord));
      }
      case "", "tcp" -> network(Forward.Proto.TCP, rest, guestWord, portWord);
      case "udp" -> network(Forward.Proto.UDP, rest, guestWord, portWord);
      default -> throw error("unknown protocol (expected tcp, udp or unix)", proto);
    };
  }

  private Forward network(Forward.Proto proto, String rest, String guestWord, String portWord)
      throws ConfigException {
    int colon = rest.lastIndexOf(':');
    if (colon < 0) {
      throw error("expected [HOSTADDR]:HOSTPORT", rest);
    }
    InetAddress host = host(rest.substring(0, colon));
    String word = rest.substring(colon + 1);
    int port = Numbers.parse(word, 0, 65535);
    if (port < 0) {
      throw error(
          word.contains("-")
              ? "expected a host port from 0 to 65535 (a guest's name with a '-' cannot stand in a"
                  + " rule)"
              : "expected a host port from 0 to 65535",
          word);
    }
    return new Forward(source, proto, host, port, null, guest(guestWord), guestPort(portWord));
  }

  private InetAddress host(String word) throws ConfigException {
    if (word.isEmpty()) {
      return LOOPBACK;
    }
    boolean brackets = word.startsWith("[") && word.endsWith("]");
    Optional<? extends InetAddress> address =
        brackets
            ? IpLiterals.parse6(word.substring(1, word.length() - 1))
            : IpLiterals.parse4(word);
    if (address.isPresent()) {
      return checkUnicast(address.get(), word);
    }
    if (IpLiterals.parse6(word).isPresent()) {
      throw error("an IPv6 address stands in brackets", word);
    }
    throw error(
        brackets
            ? "expected an IPv6 address in the brackets"
            : "expected an IP address of this host (names are not resolved)",
        word);
  }

  private InetAddress checkUnicast(InetAddress address, String word) throws ConfigException {
    if (address.isMulticastAddress() || word.equals("255.255.255.255")) {
      throw error("expected the address of one machine", word);
    }
    return address;
  }

  private Path path(String word) throws ConfigException {
    if (word.isEmpty()) {
      throw error("expected a path after unix:", "unix:");
    }
    Path path = AttachmentParser.resolve(source, base, word);
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > AttachmentParser.MAX_SOCKET_PATH) {
      throw error(
          "a socket's path has at most "
              + AttachmentParser.MAX_SOCKET_PATH
              + " bytes, this one "
              + bytes,
          path.toString());
    }
    return path;
  }

  private int guestPort(String word) throws ConfigException {
    int port = Numbers.parse(word, 1, 65535);
    if (port < 0) {
      throw error("expected a guest port from 1 to 65535", word);
    }
    return port;
  }

  private Forward.Guest guest(String word) throws ConfigException {
    if (word.isEmpty()) {
      return new Forward.Guest.Only();
    }
    if (word.startsWith("[") && word.endsWith("]")) {
      return bracketed(word);
    }
    Optional<? extends InetAddress> v4 = IpLiterals.parse4(word);
    if (v4.isPresent()) {
      return new Forward.Guest.Address(guestAddress(v4.get(), word));
    }
    if (IpLiterals.looksLikeIpv4(word)) {
      throw error("expected an IPv4 address", word);
    }
    if (IpLiterals.parse6(word).isPresent() || MacAddress.parse(word).isPresent()) {
      throw error("an IPv6 or a MAC address stands in brackets", word);
    }
    if (AttachmentParser.faultOfName(word).isPresent()) {
      throw error("expected an IPv4 address, [IPv6], [MAC] or the name of an attachment", word);
    }
    return new Forward.Guest.Name(word);
  }

  private Forward.Guest bracketed(String word) throws ConfigException {
    String inner = word.substring(1, word.length() - 1);
    Optional<MacAddress> mac = MacAddress.parse(inner);
    if (mac.isPresent()) {
      if (!mac.get().isUnicast()) {
        throw error("expected the MAC address of one card", word);
      }
      return new Forward.Guest.Mac(mac.get());
    }
    InetAddress v6 =
        IpLiterals.parse6(inner)
            .orElseThrow(() -> error("expected an IPv6 or a MAC address in the brackets", word));
    return new Forward.Guest.Address(guestAddress(v6, word));
  }

  private InetAddress guestAddress(InetAddress address, String word) throws ConfigException {
    if (address.isAnyLocalAddress() || address.isLoopbackAddress()) {
      throw error("expected the address of a guest", word);
    }
    return checkUnicast(address, word);
  }
}
