package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.classifier.FlowKey;
import dev.patchbay.stack.classifier.FlowKeys;
import dev.patchbay.stack.classifier.FlowerFilter;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.List;

/** Prints what {@code flower} compares, a line for each key ({@code flower_print_opt}). */
final class TcFlowerShow {
  private final FlowerFilter filter;
  private final TcOut out;

  TcFlowerShow(FlowerFilter filter, TcOut out) {
    this.filter = filter;
    this.out = out;
  }

  void print() {
    String handle = Integer.toHexString(filter.handle());
    out.any("handle", Integer.toUnsignedLong(filter.handle()), "handle 0x" + handle + " ");
    if (filter.namesClass()) {
      String id = TcId.text(filter.classId());
      out.any("classid", id, "classid " + id + " ");
    }
    out.begin("keys");
    link();
    network();
    transport();
    arp();
    fragment();
    out.end();
    out.any("not_in_hw", true, "\n  not_in_hw");
  }

  /** What it compares as words that give the same when they are read. */
  static void words(FlowerFilter filter, List<String> to) {
    TcOut out = new TcOut();
    TcFlowerShow show = new TcFlowerShow(filter, out);
    out.begin("keys");
    show.link();
    show.network();
    show.transport();
    show.arp();
    show.fragment();
    out.end();
    for (String line : out.text().strip().split("\n")) {
      String[] words = line.strip().split(" ");
      if (words.length == 2 && !words[0].equals("eth_type")) {
        to.add(words[0].startsWith("icmp_") ? words[0].substring("icmp_".length()) : words[0]);
        to.add(words[1].startsWith("[") ? words[1].substring(1, words[1].length() - 1) : words[1]);
      }
    }
  }

  private boolean wants(FlowKey key) {
    return filter.wants(key) && filter.mask(key) != 0;
  }

  private void line(String name, Object json, String text) {
    out.any(name, json, "\n  " + name + " " + text);
  }

  private void number(String name, FlowKey key) {
    if (wants(key)) {
      line(name, filter.value(key), String.valueOf(filter.value(key)));
    }
  }

  private void link() {
    number("vlan_id", FlowKey.VLAN_ID);
    number("vlan_prio", FlowKey.VLAN_PRIORITY);
    int type = (int) filter.value(FlowKey.ETH_TYPE);
    if (wants(FlowKey.ETH_TYPE) && wants(FlowKey.VLAN_PROTOCOL)) {
      line("vlan_ethtype", TcProtocol.text(type), TcProtocol.text(type));
    }
    mac("dst_mac", FlowKey.ETH_DST);
    mac("src_mac", FlowKey.ETH_SRC);
    if (wants(FlowKey.ETH_TYPE)) {
      String name =
          switch (type) {
            case EtherType.IPV4 -> "ipv4";
            case EtherType.IPV6 -> "ipv6";
            case EtherType.ARP -> "arp";
            case TcFlower.RARP -> "rarp";
            default -> String.format("%04x", type);
          };
      line("eth_type", name, name);
    }
  }

  private void mac(String name, FlowKey key) {
    if (!wants(key)) {
      return;
    }
    String address = Addresses.macToString(filter.value(key));
    long mask = filter.mask(key);
    int bits = Long.bitCount(mask);
    boolean inFront = mask == (Addresses.MAC_BROADCAST << 48 - bits & Addresses.MAC_BROADCAST);
    if (!inFront) {
      address += "/" + Addresses.macToString(mask);
    } else if (bits < 48) {
      address += "/" + bits;
    }
    line(name, address, address);
  }

  private void network() {
    if (wants(FlowKey.IP_PROTO)) {
      int protocol = (int) filter.value(FlowKey.IP_PROTO);
      String name =
          switch (protocol) {
            case IpProtocol.TCP -> "tcp";
            case IpProtocol.UDP -> "udp";
            case TcFlower.SCTP -> "sctp";
            case IpProtocol.ICMP -> "icmp";
            case IpProtocol.ICMPV6 -> "icmpv6";
            default -> String.format("%02x", protocol);
          };
      line("ip_proto", name, name);
    }
    octet("ip_tos", FlowKey.IP_TOS);
    octet("ip_ttl", FlowKey.IP_TTL);
    address("dst_ip", FlowKey.DST_HI, FlowKey.DST_LO);
    address("src_ip", FlowKey.SRC_HI, FlowKey.SRC_LO);
  }

  /** With its mask in hex where not all bits count ({@code print_masked_u8}). */
  private void octet(String name, FlowKey key) {
    if (wants(key)) {
      masked(name, filter.value(key), filter.mask(key), 0xff);
    }
  }

  private void masked(String name, long value, long mask, long whole) {
    if (mask == whole) {
      line(name, value, String.valueOf(value));
    } else {
      String hex = Long.toHexString(mask);
      line(name, value, value + "/0x" + hex);
      out.json(name + "_mask", hex);
    }
  }

  private void address(String name, FlowKey hi, FlowKey lo) {
    boolean v6 = filter.wants(hi);
    if (!filter.wants(lo) || filter.mask(hi) == 0 && filter.mask(lo) == 0) {
      return;
    }
    String text =
        v6
            ? Addresses.toString(filter.value(hi), filter.value(lo))
            : Addresses.toString(0, Addresses.v4((int) filter.value(lo)));
    int bits = Long.bitCount(filter.mask(lo)) + (v6 ? Long.bitCount(filter.mask(hi)) : 0);
    if (bits < (v6 ? 128 : 32)) {
      text += "/" + bits;
    }
    line(name, text, text);
  }

  private void transport() {
    port("dst_port", FlowKey.DST_PORT, false);
    port("src_port", FlowKey.SRC_PORT, false);
    port("dst_port", FlowKey.DST_PORT, true);
    port("src_port", FlowKey.SRC_PORT, true);
    if (wants(FlowKey.TCP_FLAGS)) {
      String text =
          String.format("0x%x/%x", filter.value(FlowKey.TCP_FLAGS), filter.mask(FlowKey.TCP_FLAGS));
      line("tcp_flags", text, text);
    }
    plainMask("icmp_type", FlowKey.ICMP_TYPE);
    plainMask("icmp_code", FlowKey.ICMP_CODE);
  }

  private void port(String name, FlowKey key, boolean range) {
    int high = filter.highest(key);
    if (!wants(key) || high >= 0 != range) {
      return;
    }
    long low = filter.value(key);
    if (range) {
      out.text("\n  " + name + " " + low + "-" + high);
      out.begin(name);
      out.json("start", low);
      out.json("end", high);
      out.end();
    } else {
      masked(name, low, filter.mask(key), 0xffff);
    }
  }

  /** With its mask in decimal where not all bits count ({@code flower_print_masked_u8}). */
  private void plainMask(String name, FlowKey key) {
    if (wants(key)) {
      long mask = filter.mask(key);
      String text = filter.value(key) + (mask == 0xff ? "" : "/" + mask);
      line(name, text, text);
    }
  }

  private void arp() {
    address("arp_sip", FlowKey.SRC_HI, FlowKey.ARP_SIP);
    address("arp_tip", FlowKey.DST_HI, FlowKey.ARP_TIP);
    if (wants(FlowKey.ARP_OP)) {
      long operation = filter.value(FlowKey.ARP_OP);
      if (filter.mask(FlowKey.ARP_OP) == 0xff && (operation == 1 || operation == 2)) {
        String name = operation == 1 ? "request" : "reply";
        line("arp_op", name, name);
      } else {
        plainMask("arp_op", FlowKey.ARP_OP);
      }
    }
    mac("arp_sha", FlowKey.ARP_SHA);
    mac("arp_tha", FlowKey.ARP_THA);
  }

  private void fragment() {
    if (!wants(FlowKey.FRAGMENT)) {
      return;
    }
    long value = filter.value(FlowKey.FRAGMENT);
    long mask = filter.mask(FlowKey.FRAGMENT);
    StringBuilder text = new StringBuilder();
    out.begin("ip_flags");
    flag("frag", FlowKeys.FRAGMENT, value, mask, text);
    flag("firstfrag", FlowKeys.FIRST_FRAGMENT, value, mask, text);
    out.end();
    out.text("\n  ip_flags " + text);
  }

  private void flag(String name, int bit, long value, long mask, StringBuilder text) {
    if ((mask & bit) != 0) {
      boolean set = (value & bit) != 0;
      out.json(name, set);
      text.append(text.isEmpty() ? "" : "/").append(set ? "" : "no").append(name);
    }
  }
}
