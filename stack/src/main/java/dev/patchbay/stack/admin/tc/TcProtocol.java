package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.classifier.FilterChain;
import dev.patchbay.stack.wire.EtherType;
import java.util.LinkedHashMap;
import java.util.Map;

/** EtherTypes by the names that iproute2 has for them ({@code ll_proto.c}). */
final class TcProtocol {
  private static final Map<String, Integer> NAMES = new LinkedHashMap<>();

  static {
    NAMES.put("loop", 0x60);
    NAMES.put("pup", 0x200);
    NAMES.put("pupat", 0x201);
    NAMES.put("ip", EtherType.IPV4);
    NAMES.put("x25", 0x805);
    NAMES.put("arp", EtherType.ARP);
    NAMES.put("bpq", 0x8ff);
    NAMES.put("ieeepup", 0xa00);
    NAMES.put("ieeepupat", 0xa01);
    NAMES.put("dec", 0x6000);
    NAMES.put("dna_dl", 0x6001);
    NAMES.put("dna_rc", 0x6002);
    NAMES.put("dna_rt", 0x6003);
    NAMES.put("lat", 0x6004);
    NAMES.put("diag", 0x6005);
    NAMES.put("cust", 0x6006);
    NAMES.put("sca", 0x6007);
    NAMES.put("rarp", 0x8035);
    NAMES.put("atalk", 0x809b);
    NAMES.put("aarp", 0x80f3);
    NAMES.put("ipx", 0x8137);
    NAMES.put("ipv6", EtherType.IPV6);
    NAMES.put("ppp_disc", 0x8863);
    NAMES.put("ppp_ses", 0x8864);
    NAMES.put("atmmpoa", 0x884c);
    NAMES.put("atmfate", 0x8884);
    NAMES.put("802_3", 1);
    NAMES.put("ax25", 2);
    NAMES.put("all", FilterChain.ALL);
    NAMES.put("802_2", 4);
    NAMES.put("snap", 5);
    NAMES.put("tipc", 0x88ca);
    NAMES.put("profinet", 0x8892);
    NAMES.put("aoe", 0x88a2);
    NAMES.put("ethercat", 0x88a4);
    NAMES.put("802.1Q", EtherType.VLAN);
    NAMES.put("802.1ad", EtherType.QINQ);
    NAMES.put("mpls_uc", 0x8847);
    NAMES.put("mpls_mc", 0x8848);
    NAMES.put("teb", 0x6558);
    NAMES.put("LLDP", 0x88cc);
    NAMES.put("ipv4", EtherType.IPV4);
  }

  private TcProtocol() {}

  /** The EtherType of a name or number, -1 for what is neither. */
  static int parse(String word) {
    for (Map.Entry<String, Integer> entry : NAMES.entrySet()) {
      if (entry.getKey().equalsIgnoreCase(word)) {
        return entry.getValue();
      }
    }
    return (int) TcUnits.unsigned(word, 0, 0xffff);
  }

  /** The first name of an EtherType, or its number in brackets. */
  static String text(int type) {
    for (Map.Entry<String, Integer> entry : NAMES.entrySet()) {
      if (entry.getValue() == type) {
        return entry.getKey();
      }
    }
    return "[" + type + "]";
  }
}
