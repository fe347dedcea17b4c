package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.iptables.Protocols;
import dev.patchbay.stack.netfilter.ipset.Element;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code [PROTO:]PORT} and ranges of ports ({@code ipset_parse_proto_port}). */
final class PortWords {
  private static final Map<String, Integer> ICMP =
      codes(
          "echo-reply 0 0,pong 0 0,network-unreachable 3 0,host-unreachable 3 1,"
              + "protocol-unreachable 3 2,port-unreachable 3 3,fragmentation-needed 3 4,"
              + "source-route-failed 3 5,network-unknown 3 6,host-unknown 3 7,"
              + "network-prohibited 3 9,host-prohibited 3 10,TOS-network-unreachable 3 11,"
              + "TOS-host-unreachable 3 12,communication-prohibited 3 13,"
              + "host-precedence-violation 3 14,precedence-cutoff 3 15,source-quench 4 0,"
              + "network-redirect 5 0,host-redirect 5 1,TOS-network-redirect 5 2,"
              + "TOS-host-redirect 5 3,echo-request 8 0,ping 8 0,router-advertisement 9 0,"
              + "router-solicitation 10 0,ttl-zero-during-transit 11 0,"
              + "ttl-zero-during-reassembly 11 1,ip-header-bad 12 0,"
              + "required-option-missing 12 1,timestamp-request 13 0,timestamp-reply 14 0,"
              + "address-mask-request 17 0,address-mask-reply 18 0");

  private static final Map<String, Integer> ICMPV6 =
      codes(
          "no-route 1 0,communication-prohibited 1 1,address-unreachable 1 3,"
              + "port-unreachable 1 4,packet-too-big 2 0,ttl-zero-during-transit 3 0,"
              + "ttl-zero-during-reassembly 3 1,bad-header 4 0,unknown-header-type 4 1,"
              + "unknown-option 4 2,echo-request 128 0,ping 128 0,echo-reply 129 0,pong 129 0,"
              + "router-solicitation 133 0,router-advertisement 134 0,"
              + "neighbour-solicitation 135 0,neigbour-solicitation 135 0,"
              + "neighbour-advertisement 136 0,neigbour-advertisement 136 0,redirect 137 0");

  private final PortNames services;

  PortWords(PortNames services) {
    this.services = services;
  }

  private static Map<String, Integer> codes(String table) {
    Map<String, Integer> codes = new LinkedHashMap<>();
    for (String line : table.split(",")) {
      String[] words = line.split(" ");
      codes.put(words[0], Integer.parseInt(words[1]) << 8 | Integer.parseInt(words[2]));
    }
    return codes;
  }

  /** Type and code of ICMP by name, as numbers where it has none. */
  static String icmp(int typeAndCode, boolean v4) {
    for (Map.Entry<String, Integer> entry : (v4 ? ICMP : ICMPV6).entrySet()) {
      if (entry.getValue() == typeAndCode) {
        return entry.getKey();
      }
    }
    return (typeAndCode >>> 8) + "/" + (typeAndCode & 0xff);
  }

  /** Ports of TCP or UDP, of which the protocol is then forgotten: those of bitmap:port. */
  void readPorts(Element e, String text) throws IpsetException {
    read(e, text, true, "");
    if (e.protocol != IpProtocol.TCP && e.protocol != IpProtocol.UDP) {
      throw IpsetException.syntax("Only protocols TCP and UDP are valid");
    }
  }

  /**
   * Reads protocol and ports.
   *
   * @param command the name of the command, for a message
   */
  void read(Element e, String text, boolean v4, String command) throws IpsetException {
    int colon = Parsing.separator(text, ':');
    if (colon < 0) {
      e.protocol = IpProtocol.TCP;
      ports(e, text, "tcp");
      return;
    }
    String name = text.substring(0, colon);
    String rest = text.substring(colon + 1);
    e.protocol = protocol(name);
    switch (e.protocol) {
      case IpProtocol.TCP, IpProtocol.SCTP, IpProtocol.UDP, IpProtocol.UDPLITE ->
          ports(e, rest, name);
      case IpProtocol.ICMP -> {
        family(v4, "ICMP", "inet", command);
        e.port = typeAndCode(rest, ICMP, "ICMP");
      }
      case IpProtocol.ICMPV6 -> {
        family(!v4, "ICMPv6", "inet6", command);
        e.port = typeAndCode(rest, ICMPV6, "ICMPv6");
      }
      default -> {
        if (!rest.equals("0")) {
          throw IpsetException.syntax(
              "Protocol " + name + " can be used with pseudo port value 0 only.");
        }
      }
    }
  }

  private static void family(boolean fits, String protocol, String family, String command)
      throws IpsetException {
    if (!fits) {
      // ipset goes on without what it has read, and stumbles
      throw IpsetException.syntax(
          "Protocol %s can be used with family %s only\nInvalid %s command: missing setname"
              .formatted(protocol, family, command));
    }
  }

  private static int protocol(String name) throws IpsetException {
    try {
      return (int) Parsing.number(name, 255);
    } catch (IpsetException e) {
      int named = name.equals("all") ? -1 : Protocols.named(name);
      if (named < 0) {
        throw IpsetException.syntax("cannot parse '" + name + "' as a protocol");
      }
      return named;
    }
  }

  private static int typeAndCode(String text, Map<String, Integer> names, String family)
      throws IpsetException {
    Integer named = names.get(text);
    if (named != null) {
      return named;
    }
    int slash = Parsing.separator(text, '/');
    if (slash < 0) {
      throw IpsetException.session("Cannot parse " + text + " as an " + family + " type/code.");
    }
    int type = (int) Parsing.number(text.substring(0, slash), 255);
    return type << 8 | (int) Parsing.number(text.substring(slash + 1), 255);
  }

  private void ports(Element e, String text, String protocol) throws IpsetException {
    int dash = Parsing.range(text);
    if (dash >= 0) {
      e.portTo = port(text.substring(dash + 1), protocol);
    }
    e.port = port(dash < 0 ? text : text.substring(0, dash), protocol);
  }

  /** One port by number or name. */
  int port(String text, String protocol) throws IpsetException {
    IpsetException wrong;
    try {
      return (int) Parsing.number(text, 0xffff);
    } catch (IpsetException e) {
      wrong = e;
    }
    String name = protocol;
    String why = "";
    String number = number(protocol);
    if (number == null) {
      why = "\nSyntax error: '" + protocol + "' is invalid as number";
    } else {
      name = Protocols.name(Integer.parseInt(number));
    }
    int port = services.port(Parsing.plain(text), name);
    if (port < 0) {
      throw IpsetException.session(
          wrong.text() + why + "\ncannot parse '" + text + "' as a " + protocol + " port");
    }
    return port;
  }

  private static @Nullable String number(String protocol) {
    return protocol.matches("[0-9]{1,3}") ? protocol : null;
  }
}
