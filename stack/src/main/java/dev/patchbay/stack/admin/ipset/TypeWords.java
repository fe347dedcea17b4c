package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.netfilter.ipset.SetType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The options of each type ({@code struct ipset_type}), in the order in which they are printed. */
final class TypeWords {
  /** Types that ipset 7.17 knows and we do not, with their older names. */
  private static final Map<String, String> NOT_HERE =
      Map.ofEntries(
          Map.entry("ipmap", "bitmap:ip"),
          Map.entry("macipmap", "bitmap:ip,mac"),
          Map.entry("ipportiphash", "hash:ip,port,ip"),
          Map.entry("ipportnethash", "hash:ip,port,net"),
          Map.entry("netporthash", "hash:net,port"),
          Map.entry("netifacehash", "hash:net,iface"),
          Map.entry("netiface", "hash:net,iface"),
          Map.entry("machash", "hash:mac"),
          Map.entry("ipmarkhash", "hash:ip,mark"));

  private static final Set<String> NAMES_NOT_HERE =
      Set.of(
          "bitmap:ip",
          "bitmap:ip,mac",
          "hash:ip,mac",
          "hash:ip,mark",
          "hash:ip,port,ip",
          "hash:ip,port,net",
          "hash:mac",
          "hash:net,iface",
          "hash:net,net",
          "hash:net,port",
          "hash:net,port,net");

  private static final List<Arg> HASH =
      List.of(Arg.FAMILY, Arg.INET, Arg.INET6, Arg.HASHSIZE, Arg.MAXELEM);

  private static final List<Arg> MASKS = List.of(Arg.NETMASK, Arg.BITMASK);

  private static final List<Arg> MORE =
      List.of(
          Arg.TIMEOUT,
          Arg.COUNTERS,
          Arg.COMMENT,
          Arg.FORCEADD,
          Arg.SKBINFO,
          Arg.BUCKETSIZE,
          Arg.INITVAL);

  private static final List<Arg> EXTENSIONS =
      List.of(Arg.TIMEOUT, Arg.COUNTERS, Arg.COMMENT, Arg.SKBINFO);

  private static final List<Arg> CARRIED =
      List.of(Arg.PACKETS, Arg.BYTES, Arg.MEMBER_COMMENT, Arg.SKBMARK, Arg.SKBPRIO, Arg.SKBQUEUE);

  private TypeWords() {}

  /** Whether ipset knows a type of that name. */
  static boolean isKnown(String word) {
    return SetType.of(word) != null || NAMES_NOT_HERE.contains(NOT_HERE.getOrDefault(word, word));
  }

  /** The type of a name. */
  static SetType type(String word) throws IpsetException {
    SetType type = SetType.of(word);
    if (type != null) {
      return type;
    }
    String name = NOT_HERE.getOrDefault(word, word);
    if (NAMES_NOT_HERE.contains(name)) {
      throw IpsetException.unsupported(name);
    }
    throw IpsetException.syntax("typename '" + word + "' is unknown");
  }

  /** The options of {@code create}. */
  static List<Arg> create(SetType type) {
    return switch (type) {
      case HASH_IP -> joined(HASH, MASKS, MORE, List.of(Arg.PROBES, Arg.RESIZE, Arg.GC));
      case HASH_NET -> joined(HASH, MORE, List.of(Arg.PROBES, Arg.RESIZE));
      case HASH_IP_PORT ->
          joined(HASH, MORE, MASKS, List.of(Arg.PROBES, Arg.RESIZE, Arg.FROM, Arg.TO, Arg.NETWORK));
      case BITMAP_PORT ->
          joined(List.of(Arg.PORT_RANGE), EXTENSIONS, List.of(Arg.FROM_PORT, Arg.TO_PORT));
      case LIST_SET -> joined(List.of(Arg.SIZE), EXTENSIONS);
    };
  }

  /** The options of {@code add}. */
  static List<Arg> add(SetType type) {
    return switch (type) {
      case HASH_NET -> joined(List.of(Arg.TIMEOUT, Arg.NOMATCH), CARRIED);
      case LIST_SET -> joined(List.of(Arg.TIMEOUT, Arg.BEFORE, Arg.AFTER), CARRIED);
      default -> joined(List.of(Arg.TIMEOUT), CARRIED);
    };
  }

  /** The options of {@code add}, {@code del} or {@code test}. */
  static List<Arg> options(SetType type, String command) {
    if (command.equals("add")) {
      return add(type);
    }
    if (type == SetType.LIST_SET) {
      return List.of(Arg.BEFORE, Arg.AFTER);
    }
    boolean network = type == SetType.HASH_NET && command.equals("test");
    return network ? List.of(Arg.NOMATCH) : List.of();
  }

  @SafeVarargs
  private static List<Arg> joined(List<Arg>... lists) {
    List<Arg> all = new ArrayList<>();
    for (List<Arg> list : lists) {
      all.addAll(list);
    }
    return all;
  }
}
