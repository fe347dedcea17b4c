package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.classifier.Filter;
import dev.patchbay.stack.classifier.FilterChain;
import dev.patchbay.stack.classifier.FilterGroup;
import dev.patchbay.stack.classifier.FlowKey;
import dev.patchbay.stack.classifier.FlowKeys;
import dev.patchbay.stack.classifier.FlowerFilter;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words of {@code flower} ({@code f_flower.c}); {@link TcFlowerShow} prints them. */
final class TcFlower implements TcFilterKind {
  static final int SCTP = 132;
  static final int RARP = 0x8035;

  /** Keys of Linux that are not here. */
  private static final List<String> NOT_HERE =
      List.of(
          "hw_tc",
          "verbose",
          "ct_state",
          "ct_zone",
          "ct_mark",
          "ct_label",
          "indev",
          "num_of_vlans",
          "cvlan_id",
          "cvlan_prio",
          "cvlan_ethtype",
          "mpls",
          "mpls_label",
          "mpls_tc",
          "mpls_bos",
          "mpls_ttl",
          "pppoe_sid",
          "ppp_proto",
          "enc_dst_ip",
          "enc_src_ip",
          "enc_key_id",
          "enc_dst_port",
          "enc_tos",
          "enc_ttl",
          "geneve_opts",
          "vxlan_opts",
          "erspan_opts",
          "gtp_opts");

  /** In the order in which abbreviations are looked up. */
  private static final List<String> KEYS =
      List.of(
          "classid",
          "flowid",
          "hw_tc",
          "ip_flags",
          "verbose",
          "skip_hw",
          "skip_sw",
          "ct_state",
          "ct_zone",
          "ct_mark",
          "ct_label",
          "indev",
          "vlan_id",
          "vlan_prio",
          "vlan_ethtype",
          "cvlan_id",
          "cvlan_prio",
          "cvlan_ethtype",
          "mpls",
          "mpls_label",
          "mpls_tc",
          "mpls_bos",
          "mpls_ttl",
          "dst_mac",
          "src_mac",
          "ip_proto",
          "ip_tos",
          "ip_ttl",
          "dst_ip",
          "src_ip",
          "dst_port",
          "src_port",
          "tcp_flags",
          "type",
          "code",
          "arp_tip",
          "arp_sip",
          "arp_op",
          "arp_tha",
          "arp_sha",
          "enc_dst_ip",
          "enc_src_ip",
          "enc_key_id",
          "enc_dst_port",
          "enc_tos",
          "enc_ttl",
          "geneve_opts",
          "vxlan_opts",
          "erspan_opts",
          "gtp_opts",
          "action");

  private static final String USAGE =
      """
      Usage: ... flower [ MATCH-LIST ] [ action ACTION-SPEC ] [ classid CLASSID ]

      Where: MATCH := { vlan_id VID | vlan_prio PRIORITY | vlan_ethtype ETH-TYPE |
                        dst_mac MASKED-LLADDR | src_mac MASKED-LLADDR |
                        ip_proto [ tcp | udp | sctp | icmp | icmpv6 | IP-PROTO ] |
                        ip_tos MASKED-IP_TOS | ip_ttl MASKED-IP_TTL | dst_ip PREFIX |
                        src_ip PREFIX | dst_port PORT | src_port PORT | tcp_flags FLAGS |
                        type ICMP-TYPE | code ICMP-CODE | arp_tip PREFIX | arp_sip PREFIX |
                        arp_op OP | arp_tha MASKED-LLADDR | arp_sha MASKED-LLADDR |
                        ip_flags IP-FLAGS }\
      """;

  private FlowerFilter filter = new FlowerFilter();
  private int outerType;

  /** The EtherType that keys are read for: that within a VLAN where it was named. */
  private int type;

  private int ipProtocol = -1;

  @Override
  public Wish parse(NetworkStack stack, TcArgs args, @Nullable String handle, int protocol)
      throws RefusedException {
    long id = handle == null ? 0 : TcUnits.unsigned(handle, 0, 0xffff_ffffL);
    if (id < 0) {
      throw TcArgs.wrong("Illegal \"handle\"");
    }
    filter = new FlowerFilter();
    outerType = protocol;
    type = protocol;
    boolean any = protocol == 0 || protocol == FilterChain.ALL;
    if (isVlan(protocol)) {
      filter.want(FlowKey.VLAN_PROTOCOL, protocol, 0xffff);
    } else if (!any) {
      filter.want(FlowKey.ETH_TYPE, protocol, 0xffff);
    }
    while (args.hasWord()) {
      String word = args.word();
      String key =
          KEYS.stream().filter(name -> IpOptions.matches(word, name)).findFirst().orElse(word);
      if (NOT_HERE.contains(key)) {
        throw TcArgs.notHere("tc filter … flower " + key);
      }
      TcFilterKind.refuseOffload(key);
      switch (key) {
        case "classid", "flowid" -> TcFilterKind.classId(args, filter);
        case "action" -> {
          args.argument();
          filter.actions(new TcActions(stack, args, "Illegal \"action\"").parse());
        }
        default -> {
          if (!KEYS.contains(key)) {
            String what = word.equals("help") ? "" : "What is \"" + word + "\"?\n";
            throw TcArgs.wrong(what + USAGE);
          }
          key(key, args.argument());
          args.advance();
        }
      }
    }
    return new Wish((int) id, filter);
  }

  private static boolean isVlan(int etherType) {
    return etherType == EtherType.VLAN || etherType == EtherType.QINQ;
  }

  private void key(String key, String value) throws RefusedException {
    boolean right =
        switch (key) {
          case "ip_flags" -> fragment(value);
          case "vlan_id" -> vlan(key, value, FlowKey.VLAN_ID, 0xfff);
          case "vlan_prio" -> vlan(key, value, FlowKey.VLAN_PRIORITY, 7);
          case "vlan_ethtype" -> vlanType(value);
          case "dst_mac" -> mac(value, FlowKey.ETH_DST, key);
          case "src_mac" -> mac(value, FlowKey.ETH_SRC, key);
          case "ip_proto" -> ipProtocol(value);
          case "ip_tos" -> octet(value, FlowKey.IP_TOS);
          case "ip_ttl" -> octet(value, FlowKey.IP_TTL);
          case "dst_ip" -> isIp() && address(value, FlowKey.DST_HI, FlowKey.DST_LO);
          case "src_ip" -> isIp() && address(value, FlowKey.SRC_HI, FlowKey.SRC_LO);
          case "dst_port" -> port(value, FlowKey.DST_PORT);
          case "src_port" -> port(value, FlowKey.SRC_PORT);
          case "tcp_flags" -> tcpFlags(value);
          case "type" -> icmp(value, FlowKey.ICMP_TYPE);
          case "code" -> icmp(value, FlowKey.ICMP_CODE);
          case "arp_tip" -> isArp() && address(value, null, FlowKey.ARP_TIP);
          case "arp_sip" -> isArp() && address(value, null, FlowKey.ARP_SIP);
          case "arp_op" -> arpOperation(value);
          case "arp_tha" -> isArp() && mac(value, FlowKey.ARP_THA, key);
          default -> isArp() && mac(value, FlowKey.ARP_SHA, key);
        };
    if (!right) {
      String name = key.equals("type") || key.equals("code") ? "icmp " + key : key;
      throw TcArgs.wrong("Illegal \"" + name + "\"");
    }
  }

  private boolean isIp() {
    return type == EtherType.IPV4 || type == EtherType.IPV6;
  }

  private boolean isArp() {
    return type == EtherType.ARP || type == RARP;
  }

  // ---- link

  private boolean vlan(String name, String value, FlowKey key, int max) throws RefusedException {
    if (!isVlan(outerType)) {
      throw TcArgs.wrong(
          "Can't set \"" + name + "\" if ethertype isn't 802.1Q or 802.1AD and num_of_vlans is 0");
    }
    long read = TcUnits.unsigned(value, 10, max);
    if (read >= 0) {
      filter.want(key, read, max);
    }
    return read >= 0;
  }

  private boolean vlanType(String value) throws RefusedException {
    if (!isVlan(outerType)) {
      throw TcArgs.wrong(
          "Can't set \"vlan_ethtype\" if ethertype isn't 802.1Q or 802.1AD and num_of_vlans is 0");
    }
    int read = TcProtocol.parse(value);
    if (read < 0) {
      throw TcArgs.invalid("invalid vlan_ethtype", value);
    }
    if (isVlan(read)) {
      throw TcArgs.notHere("tc filter … flower vlan_ethtype " + value);
    }
    type = read;
    filter.want(FlowKey.ETH_TYPE, read, 0xffff);
    return true;
  }

  private boolean mac(String value, FlowKey key, String name) throws RefusedException {
    int slash = value.indexOf('/');
    long address = macOf(slash < 0 ? value : value.substring(0, slash), name);
    long mask = Addresses.MAC_BROADCAST;
    if (slash >= 0) {
      String bits = value.substring(slash + 1);
      long count = TcUnits.unsigned(bits, 10, 48);
      mask = count < 0 ? macOf(bits, name) : mask << 48 - count & mask;
    }
    filter.want(key, address, mask);
    return true;
  }

  private static long macOf(String word, String name) throws RefusedException {
    try {
      return Addresses.parseMac(word);
    } catch (IllegalArgumentException e) {
      throw TcArgs.wrong("\"" + word + "\" is invalid lladdr.\nIllegal \"" + name + "\"");
    }
  }

  // ---- network

  private boolean ipProtocol(String value) throws RefusedException {
    int read = -1;
    if (isIp()) {
      if (IpOptions.matches(value, "tcp")) {
        read = IpProtocol.TCP;
      } else if (IpOptions.matches(value, "udp")) {
        read = IpProtocol.UDP;
      } else if (IpOptions.matches(value, "sctp")) {
        read = SCTP;
      } else if (IpOptions.matches(value, "icmp")) {
        read = type == EtherType.IPV4 ? IpProtocol.ICMP : -2;
      } else if (IpOptions.matches(value, "icmpv6")) {
        read = type == EtherType.IPV6 ? IpProtocol.ICMPV6 : -2;
      } else {
        read = (int) TcUnits.unsigned(value, 16, 0xff);
      }
    }
    if (!isIp() || read == -2) {
      throw TcArgs.wrong("Illegal \"eth_type\" for ip proto\nIllegal \"ip_proto\"");
    }
    if (read >= 0) {
      ipProtocol = read;
      filter.want(FlowKey.IP_PROTO, read, 0xff);
    }
    return read >= 0;
  }

  /** TOS or TTL, decimal or hex, with a mask in hex. */
  private boolean octet(String value, FlowKey key) throws RefusedException {
    String[] parts = value.split("/", 2);
    long read = TcUnits.unsigned(parts[0], 10, 0xff);
    if (read < 0) {
      read = hex(parts[0], 0xff);
    }
    long mask = parts.length == 1 ? 0xff : hex(parts[1], 0xff);
    if (read < 0 || mask < 0) {
      return false;
    }
    if (!isIp()) {
      // the kernel takes it and compares nothing
      throw TcArgs.notHere("tc filter … flower ip_tos, ip_ttl without protocol ip or ipv6");
    }
    filter.want(key, read, mask);
    return true;
  }

  private static long hex(String word, long max) {
    String digits = word.startsWith("0x") || word.startsWith("0X") ? word.substring(2) : word;
    return TcUnits.unsigned(digits, 16, max);
  }

  private boolean address(String value, @Nullable FlowKey hi, FlowKey lo) throws RefusedException {
    boolean v4 = type != EtherType.IPV6;
    TcPrefix prefix = TcPrefix.parse(value, v4);
    if (prefix == null) {
      throw TcArgs.wrong(
          "Error: "
              + (v4 ? "inet" : "inet6")
              + " prefix is expected rather than \""
              + value
              + "\".");
    }
    if (hi != null && !v4) {
      filter.want(hi, prefix.address().hi(), prefix.maskHi());
    }
    filter.want(lo, prefix.address().lo(), prefix.maskLo());
    return true;
  }

  private boolean fragment(String value) {
    long set = 0;
    long mask = 0;
    for (String token : value.split("/")) {
      boolean no = token.startsWith("no");
      int flag =
          switch (no ? token.substring(2) : token) {
            case "frag" -> FlowKeys.FRAGMENT;
            case "firstfrag" -> FlowKeys.FIRST_FRAGMENT;
            default -> 0;
          };
      if (flag == 0) {
        return false;
      }
      set = no ? set & ~flag : set | flag;
      mask |= flag;
    }
    filter.want(FlowKey.FRAGMENT, set, mask);
    return true;
  }

  // ---- transport

  private boolean port(String value, FlowKey key) throws RefusedException {
    boolean transport =
        ipProtocol == IpProtocol.TCP || ipProtocol == IpProtocol.UDP || ipProtocol == SCTP;
    int slash = value.indexOf('/');
    if (slash >= 0) {
      long port = TcUnits.unsigned(value.substring(0, slash), 0, 0xffff);
      long mask = TcUnits.unsigned(value.substring(slash + 1), 0, 0xffff);
      if (transport && port >= 0 && mask >= 0) {
        filter.want(key, port, mask);
      }
      return transport && port >= 0 && mask >= 0;
    }
    int minus = value.indexOf('-');
    long low = TcUnits.unsigned(minus < 0 ? value : value.substring(0, minus), 10, 0xffff);
    long high = minus < 0 ? 0 : TcUnits.unsigned(value.substring(minus + 1), 10, 0xffff);
    if (low <= 0 || high < 0) {
      return false;
    }
    if (high > 0 && high <= low) {
      throw TcArgs.wrong(
          "max value should be greater than min value\nIllegal \""
              + (key == FlowKey.DST_PORT ? "dst_port" : "src_port")
              + "\"");
    }
    if (!transport) {
      return false;
    }
    if (high > 0) {
      filter.wantRange(key, (int) low, (int) high);
    } else {
      filter.want(key, low, 0xffff);
    }
    return true;
  }

  private boolean tcpFlags(String value) throws RefusedException {
    String[] parts = value.split("/", 2);
    long flags = hex(parts[0], 0xfff);
    long mask = parts.length == 1 ? 0xfff : hex(parts[1], 0xfff);
    if (flags < 0 || mask < 0) {
      return false;
    }
    if (ipProtocol != IpProtocol.TCP) {
      throw TcArgs.notHere("tc filter … flower tcp_flags without ip_proto tcp");
    }
    filter.want(FlowKey.TCP_FLAGS, flags, mask);
    return true;
  }

  private boolean icmp(String value, FlowKey key) {
    boolean fits =
        type == EtherType.IPV4 && ipProtocol == IpProtocol.ICMP
            || type == EtherType.IPV6 && ipProtocol == IpProtocol.ICMPV6;
    return fits && masked(value, key);
  }

  /** An octet with a mask, both decimal. */
  private boolean masked(String value, FlowKey key) {
    String[] parts = value.split("/", 2);
    long read = TcUnits.unsigned(parts[0], 10, 0xff);
    long mask = parts.length == 1 ? 0xff : TcUnits.unsigned(parts[1], 10, 0xff);
    if (read >= 0 && mask >= 0) {
      filter.want(key, read, mask);
    }
    return read >= 0 && mask >= 0;
  }

  private boolean arpOperation(String value) {
    if (!isArp()) {
      return false;
    }
    String number = value.replaceFirst("^request", "1").replaceFirst("^reply", "2");
    String operation = number.split("/", 2)[0];
    return List.of("0", "1", "2").contains(operation) && masked(number, FlowKey.ARP_OP);
  }

  @Override
  public void print(Filter shown, FilterGroup group, TcOut out, TcOptions options) {
    if (shown instanceof FlowerFilter flower) {
      new TcFlowerShow(flower, out).print();
    }
  }
}
