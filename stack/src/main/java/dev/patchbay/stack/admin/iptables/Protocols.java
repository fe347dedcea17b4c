package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Values;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Names of protocols above IP (IANA's registry), as {@code -p} takes and {@code -S} prints them.
 */
public final class Protocols {
  private static final Map<String, Integer> NUMBERS = new LinkedHashMap<>();
  private static final Map<Integer, String> NAMES = new LinkedHashMap<>();

  static {
    put("tcp", 6);
    put("sctp", 132);
    put("udp", 17);
    put("udplite", 136);
    put("icmp", 1);
    put("ipv6-icmp", 58);
    put("esp", 50);
    put("ah", 51);
    put("igmp", 2);
    put("ggp", 3);
    put("ipencap", 4);
    put("st", 5);
    put("egp", 8);
    put("igp", 9);
    put("pup", 12);
    put("hmp", 20);
    put("xns-idp", 22);
    put("rdp", 27);
    put("iso-tp4", 29);
    put("dccp", 33);
    put("xtp", 36);
    put("ddp", 37);
    put("idpr-cmtp", 38);
    put("ipv6", 41);
    put("ipv6-route", 43);
    put("ipv6-frag", 44);
    put("idrp", 45);
    put("rsvp", 46);
    put("gre", 47);
    put("skip", 57);
    put("ipv6-nonxt", 59);
    put("ipv6-opts", 60);
    put("rspf", 73);
    put("vmtp", 81);
    put("eigrp", 88);
    put("ospf", 89);
    put("ax.25", 93);
    put("ipip", 94);
    put("etherip", 97);
    put("encap", 98);
    put("pim", 103);
    put("ipcomp", 108);
    put("vrrp", 112);
    put("l2tp", 115);
    put("isis", 124);
    put("fc", 133);
    put("mobility-header", 135);
    put("mpls-in-ip", 137);
    put("manet", 138);
    put("hip", 139);
    put("shim6", 140);
    put("wesp", 141);
    put("rohc", 142);
    NUMBERS.put("icmpv6", 58);
    NUMBERS.put("mh", 135);
    NUMBERS.put("ipv6-mh", 135);
    NUMBERS.put("all", 0);
  }

  private Protocols() {}

  private static void put(String name, int number) {
    NUMBERS.put(name, number);
    NAMES.putIfAbsent(number, name);
  }

  /** The number of a name or number; 0 is all of them. */
  static int parse(String text) throws IptablesException {
    long number = Values.number(text);
    Integer named = NUMBERS.get(text.toLowerCase(Locale.ROOT));
    number = number < 0 && named != null ? named : number;
    if (number < 0 || number > 255) {
      throw IptablesException.parameter("unknown protocol \"" + text + "\" specified");
    }
    return (int) number;
  }

  /** The number of a name, -1 where it is none. */
  public static int named(String name) {
    return NUMBERS.getOrDefault(name.toLowerCase(Locale.ROOT), -1);
  }

  /** Its name, its number where it has none. */
  public static String name(int number) {
    return number == 0 ? "all" : NAMES.getOrDefault(number, String.valueOf(number));
  }
}
