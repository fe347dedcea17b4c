package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.VlanDevice;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.link.Links;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.EtherType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code type vlan}: 802.1Q and 802.1ad (iproute2's {@code iplink_vlan.c}, Linux's vlan_netlink).
 */
final class VlanType implements LinkType {
  private static final String USAGE =
      """
      Usage: ... vlan id VLANID
              [ protocol { 802.1Q | 802.1ad } ]
              [ reorder_hdr { on | off } ]
              [ loose_binding { on | off } ]
              [ ingress-qos-map FROM:TO ... ]
              [ egress-qos-map FROM:TO ... ]

      VLANID := 0-4094\
      """;

  private static final long U16 = 0xffff;
  private static final long U32 = 0xffff_ffffL;

  @Override
  public String kind() {
    return VlanDevice.TYPE;
  }

  @Override
  public List<String> words(NetDevice device) {
    VlanDevice vlan = (VlanDevice) device;
    List<String> words = new ArrayList<>();
    if (vlan.protocol() != EtherType.VLAN) {
      words.addAll(List.of("protocol", protocolName(vlan)));
    }
    words.addAll(List.of("id", String.valueOf(vlan.id())));
    if (!vlan.reordersHeader()) {
      words.addAll(List.of("reorder_hdr", "off"));
    }
    if (vlan.isLooselyBound()) {
      words.addAll(List.of("loose_binding", "on"));
    }
    maps(words, "ingress-qos-map", ingress(vlan));
    maps(words, "egress-qos-map", egress(vlan));
    return words;
  }

  private static void maps(List<String> words, String title, List<int[]> map) {
    if (!map.isEmpty()) {
      words.add(title);
      map.forEach(pair -> words.add(pair[0] + ":" + pair[1]));
    }
  }

  @Override
  public NetDevice fresh(NetDevice like, EventLoop loop) {
    VlanDevice vlan = (VlanDevice) like;
    return new VlanDevice(1, like.name(), vlan.lower(), vlan.protocol(), vlan.id());
  }

  @Override
  public Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException {
    VlanWish wish = new VlanWish();
    while (words.hasNext()) {
      wish.word(words.next(), words);
    }
    return wish;
  }

  @Override
  public String text(NetDevice device) {
    VlanDevice vlan = (VlanDevice) device;
    StringBuilder out = new StringBuilder("protocol ");
    out.append(protocolName(vlan)).append(" id ").append(vlan.id());
    out.append(" <").append(String.join(",", flags(vlan))).append("> ");
    maps(out, "ingress-qos-map", ingress(vlan));
    maps(out, "egress-qos-map", egress(vlan));
    return out.toString();
  }

  private static void maps(StringBuilder out, String title, List<int[]> map) {
    if (!map.isEmpty()) {
      out.append("\n      ").append(title).append(" { ");
      map.forEach(pair -> out.append(pair[0]).append(':').append(pair[1]).append(' '));
      out.append("} ");
    }
  }

  @Override
  public Map<String, Object> json(NetDevice device) {
    VlanDevice vlan = (VlanDevice) device;
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("protocol", protocolName(vlan));
    map.put("id", vlan.id());
    map.put("flags", flags(vlan));
    if (!ingress(vlan).isEmpty()) {
      map.put("ingress_qos", pairs(ingress(vlan)));
    }
    if (!egress(vlan).isEmpty()) {
      map.put("egress_qos", pairs(egress(vlan)));
    }
    return map;
  }

  private static List<Map<String, Integer>> pairs(List<int[]> map) {
    List<Map<String, Integer>> pairs = new ArrayList<>();
    for (int[] pair : map) {
      Map<String, Integer> entry = new LinkedHashMap<>();
      entry.put("from", pair[0]);
      entry.put("to", pair[1]);
      pairs.add(entry);
    }
    return pairs;
  }

  private static String protocolName(VlanDevice vlan) {
    return vlan.protocol() == EtherType.VLAN ? "802.1Q" : "802.1ad";
  }

  private static List<String> flags(VlanDevice vlan) {
    List<String> flags = new ArrayList<>();
    if (vlan.reordersHeader()) {
      flags.add("REORDER_HDR");
    }
    if (vlan.isLooselyBound()) {
      flags.add("LOOSE_BINDING");
    }
    return flags;
  }

  private static List<int[]> ingress(VlanDevice vlan) {
    List<int[]> map = new ArrayList<>();
    for (int from = 0; from < 8; from++) {
      if (vlan.ingressPriority(from) != 0) {
        map.add(new int[] {from, vlan.ingressPriority(from)});
      }
    }
    return map;
  }

  /** In the order of Linux's 16 buckets; those mapped to 0 are not told. */
  private static List<int[]> egress(VlanDevice vlan) {
    List<int[]> map = new ArrayList<>();
    for (int bucket = 0; bucket < 16; bucket++) {
      int[] all = vlan.egressPriorities();
      for (int i = all.length - 1; i >= 0; i--) {
        if ((all[i] & 15) == bucket && vlan.egressPriority(all[i]) != 0) {
          map.add(new int[] {all[i], vlan.egressPriority(all[i])});
        }
      }
    }
    return map;
  }

  /** What the words asked for. */
  private static final class VlanWish implements Wish {
    private boolean any;
    private int id = -1;
    private int protocol;
    private @Nullable Boolean reorderHeader;
    private @Nullable Boolean looseBinding;
    private final List<long[]> ingress = new ArrayList<>();
    private final List<long[]> egress = new ArrayList<>();

    void word(String word, Words words) throws RefusedException {
      any = true;
      if (IpOptions.matches(word, "protocol") && word.length() > 1) {
        protocol(words.next());
      } else if (IpOptions.matches(word, "id")) {
        id(words.next());
      } else if (IpOptions.matches(word, "reorder_hdr")) {
        reorderHeader = LinkParser.onOff("reorder_hdr", words.next());
      } else if (IpOptions.matches(word, "gvrp")) {
        offOnly("gvrp", words.next());
      } else if (IpOptions.matches(word, "mvrp")) {
        offOnly("mvrp", words.next());
      } else if (IpOptions.matches(word, "loose_binding")) {
        looseBinding = LinkParser.onOff("loose_binding", words.next());
      } else if (IpOptions.matches(word, "bridge_binding")) {
        offOnly("bridge_binding", words.next());
      } else if (IpOptions.matches(word, "ingress-qos-map")) {
        map(words, "ingress-qos-map", ingress);
      } else if (IpOptions.matches(word, "egress-qos-map")) {
        map(words, "egress-qos-map", egress);
      } else if (IpOptions.matches(word, "help")) {
        throw new RefusedException(RefusedException.FAILED, USAGE);
      } else {
        throw LinkTypes.unknownWord(VlanDevice.TYPE, word, USAGE);
      }
    }

    private void id(String word) throws RefusedException {
      long value = Numbers.unsigned(word, U16);
      if (value < 0) {
        throw LinkParser.invalid(word, "id is invalid");
      }
      id = (int) value;
    }

    private void protocol(String word) throws RefusedException {
      if (word.equalsIgnoreCase("802.1Q")) {
        protocol = EtherType.VLAN;
      } else if (word.equalsIgnoreCase("802.1ad")) {
        protocol = EtherType.QINQ;
      } else {
        throw LinkParser.invalid(word, "protocol is invalid");
      }
    }

    private static void offOnly(String what, String word) throws RefusedException {
      if (LinkParser.onOff(what, word)) {
        throw RefusedException.unsupported("ip link type vlan " + what + " on");
      }
    }

    private static void map(Words words, String what, List<long[]> to) throws RefusedException {
      for (String word = words.peek();
          word != null && word.indexOf(':') >= 0;
          word = words.peek()) {
        words.next();
        int colon = word.indexOf(':');
        long from = Numbers.unsigned(word.substring(0, colon), U32);
        long mapped = Numbers.unsigned(word.substring(colon + 1), U32);
        if (from < 0 || mapped < 0) {
          throw new RefusedException(RefusedException.FAILED, "invalid " + what);
        }
        to.add(new long[] {from, mapped});
      }
    }

    /** {@code vlan_validate}. */
    @Override
    public void check(LinkRequest request) throws LinkRefusedException {
      LinkTypes.checkAddress(request, "8021q: Invalid link address");
      if (!any) {
        throw new LinkRefusedException(Errno.EINVAL, "8021q: VLAN properties not specified");
      }
      if (id >= VlanTag.ID_MASK) {
        throw new LinkRefusedException(Errno.ERANGE, "8021q: Invalid VLAN id");
      }
    }

    /** {@code vlan_newlink}. */
    @Override
    public NetDevice create(NetworkStack stack, LinkRequest request) throws LinkRefusedException {
      if (id < 0) {
        throw new LinkRefusedException(Errno.EINVAL, "8021q: VLAN id not specified");
      }
      NetDevice lower = request.link;
      if (lower == null) {
        throw new LinkRefusedException(Errno.EINVAL, "8021q: link not specified");
      }
      int of = protocol == 0 ? EtherType.VLAN : protocol;
      String name = LinkTypes.name(stack, request, VlanDevice.TYPE);
      Links.checkVlan(lower, of, id);
      if (request.mtu != null && request.mtu > lower.mtu()) {
        throw new LinkRefusedException(Errno.EINVAL);
      }
      VlanDevice made = new VlanDevice(LinkTypes.index(stack, request), name, lower, of, id);
      LinkTypes.apply(made, request);
      applyTo(made);
      stack.add(made);
      return made;
    }

    @Override
    public void change(NetDevice device) throws RefusedException {
      VlanDevice vlan = (VlanDevice) device;
      if (id >= 0 && id != vlan.id() || protocol != 0 && protocol != vlan.protocol()) {
        throw RefusedException.unsupported(
            "ip link set type vlan " + (protocol == 0 ? "id" : "protocol"));
      }
      applyTo(vlan);
    }

    private void applyTo(VlanDevice vlan) {
      if (reorderHeader != null) {
        vlan.reorderHeader(reorderHeader);
      }
      if (looseBinding != null) {
        vlan.looselyBound(looseBinding);
      }
      ingress.forEach(pair -> vlan.ingressPriority((int) pair[0], (int) pair[1]));
      egress.forEach(pair -> vlan.egressPriority((int) pair[0], (int) pair[1]));
    }
  }
}
