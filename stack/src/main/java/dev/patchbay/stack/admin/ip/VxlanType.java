package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.vxlan.VxlanDevice;
import dev.patchbay.stack.vxlan.VxlanNet;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code type vxlan}: over the host's UDP (iproute2's {@code iplink_vxlan.c}, Linux's {@code
 * vxlan_core.c}). There is no way through the appliance's own devices, so that {@code dev} and with
 * it {@code group} are refused, and so is what the host's sockets do not do: source ports by flow,
 * {@code df set}, datagrams without checksum.
 */
final class VxlanType implements LinkType {
  private static final String USAGE =
      """
      Usage: ... vxlan id VNI [ remote IP_ADDRESS ] [ local ADDR ]
              [ ttl TTL ] [ tos TOS ] [ df unset ] [ dstport PORT ] [ srcport 0 0 ]
              [ [no]learning ] [ ageing SECONDS ] [ maxaddress NUMBER ] [ udpcsum ]

      Where: VNI := 0-16777215
             TOS := { NUMBER | inherit }
             TTL := { 1..255 | auto | inherit }\
      """;

  /** In the order in which iproute2 tries them, which decides what an abbreviation means. */
  private static final List<String> WORDS =
      List.of(
          "id",
          "vni",
          "group",
          "remote",
          "local",
          "dev",
          "ttl",
          "hoplimit",
          "tos",
          "dsfield",
          "df",
          "label",
          "flowlabel",
          "ageing",
          "maxaddress",
          "port",
          "srcport",
          "dstport",
          "nolearning",
          "learning",
          "proxy",
          "noproxy",
          "rsc",
          "norsc",
          "l2miss",
          "nol2miss",
          "l3miss",
          "nol3miss",
          "udpcsum",
          "noudpcsum",
          "udp6zerocsumtx",
          "noudp6zerocsumtx",
          "udp6zerocsumrx",
          "noudp6zerocsumrx",
          "remcsumtx",
          "noremcsumtx",
          "remcsumrx",
          "noremcsumrx",
          "external",
          "noexternal",
          "gbp",
          "gpe",
          "vnifilter",
          "help");

  /** What is so anyway. */
  private static final Set<String> DEFAULTS =
      Set.of(
          "noproxy",
          "norsc",
          "nol2miss",
          "nol3miss",
          "udpcsum",
          "noudp6zerocsumtx",
          "noudp6zerocsumrx",
          "noremcsumtx",
          "noremcsumrx",
          "noexternal");

  private static final int DEFAULT_PORT = 8472;
  private static final int MAX_VNI = 0xff_ffff;
  private static final long U16 = 0xffff;
  private static final long U32 = 0xffff_ffffL;

  @Override
  public String kind() {
    return VxlanDevice.TYPE;
  }

  @Override
  public List<String> words(NetDevice device) {
    VxlanDevice vxlan = (VxlanDevice) device;
    List<String> words = new ArrayList<>(List.of("id", String.valueOf(vxlan.vni())));
    IpAddress remote = vxlan.remote();
    if (remote != null) {
      words.addAll(List.of("remote", remote.toString()));
    }
    if (hasLocal(vxlan) || !vxlan.isV4()) {
      words.addAll(List.of("local", vxlan.local().toString()));
    }
    words.addAll(List.of("dstport", String.valueOf(vxlan.port())));
    if (!vxlan.learning) {
      words.add("nolearning");
    }
    if (vxlan.tos != 0) {
      boolean inherit = vxlan.tos == VxlanDevice.INHERIT_TOS;
      words.addAll(List.of("tos", inherit ? "inherit" : Integer.toHexString(vxlan.tos)));
    }
    if (vxlan.ttl != 0) {
      words.addAll(List.of("ttl", ttl(vxlan.ttl)));
    }
    words.addAll(List.of("ageing", String.valueOf(vxlan.ageing)));
    if (vxlan.maxAddresses != 0) {
      words.addAll(List.of("maxaddress", String.valueOf(vxlan.maxAddresses)));
    }
    return words;
  }

  @Override
  public NetDevice fresh(NetDevice like, EventLoop loop) {
    VxlanDevice vxlan = (VxlanDevice) like;
    VxlanNet none = new VxlanNet(() -> null);
    boolean v4 = vxlan.isV4();
    return new VxlanDevice(1, like.name(), 0, loop, none, vxlan.vni(), vxlan.port(), v4, 0);
  }

  @Override
  public Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException {
    VxlanWish wish = new VxlanWish();
    boolean any = words.hasNext();
    while (words.hasNext()) {
      wish.word(words.next(), words);
    }
    wish.anything = any;
    return wish;
  }

  @Override
  public String text(NetDevice device) {
    VxlanDevice vxlan = (VxlanDevice) device;
    StringBuilder out = new StringBuilder("id ").append(vxlan.vni()).append(' ');
    IpAddress remote = vxlan.remote();
    if (remote != null) {
      out.append("remote ").append(remote).append(' ');
    }
    if (hasLocal(vxlan)) {
      out.append("local ").append(vxlan.local()).append(' ');
    }
    out.append("srcport 0 0 dstport ").append(vxlan.port()).append(' ');
    out.append(vxlan.learning ? "" : "nolearning ");
    if (vxlan.tos != 0) {
      boolean inherit = vxlan.tos == VxlanDevice.INHERIT_TOS;
      out.append("tos ").append(inherit ? "inherit" : "0x" + Integer.toHexString(vxlan.tos));
      out.append(' ');
    }
    out.append("ttl ").append(ttl(vxlan.ttl)).append(" ageing ").append(vxlan.ageing).append(' ');
    if (vxlan.maxAddresses != 0) {
      out.append("maxaddr ").append(vxlan.maxAddresses).append(' ');
    }
    return out.append("udpcsum noudp6zerocsumtx noudp6zerocsumrx ").toString();
  }

  private static String ttl(int ttl) {
    return ttl == 0 ? "auto" : ttl == VxlanDevice.INHERIT_TTL ? "inherit" : String.valueOf(ttl);
  }

  private static boolean hasLocal(VxlanDevice vxlan) {
    return !Addresses.isAny(vxlan.local().hi(), vxlan.local().lo());
  }

  @Override
  public Map<String, Object> json(NetDevice device) {
    VxlanDevice vxlan = (VxlanDevice) device;
    String six = vxlan.isV4() ? "" : "6";
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", vxlan.vni());
    IpAddress remote = vxlan.remote();
    if (remote != null) {
      map.put("remote" + six, remote.toString());
    }
    if (hasLocal(vxlan)) {
      map.put("local" + six, vxlan.local().toString());
    }
    Map<String, Object> range = new LinkedHashMap<>();
    range.put("low", 0);
    range.put("high", 0);
    map.put("port_range", range);
    map.put("port", vxlan.port());
    map.put("learning", vxlan.learning);
    if (vxlan.tos != 0) {
      map.put("tos", "0x" + Integer.toHexString(vxlan.tos));
    }
    if (vxlan.ttl != VxlanDevice.INHERIT_TTL) {
      map.put("ttl", vxlan.ttl);
    }
    map.put("df", "unset");
    map.put("ageing", vxlan.ageing);
    if (vxlan.maxAddresses != 0) {
      map.put("limit", vxlan.maxAddresses);
    }
    map.put("udp_csum", true);
    map.put("udp_zero_csum6_tx", false);
    map.put("udp_zero_csum6_rx", false);
    return map;
  }

  /** What the words asked for; null and -1 stand for nothing. */
  private static final class VxlanWish implements Wish {
    private final Set<String> given = new HashSet<>();
    private boolean anything;
    private int vni = -1;
    private @Nullable IpAddress remote;
    private @Nullable IpAddress local;
    private @Nullable Boolean learning;
    private int port = -1;
    private @Nullable Integer ttl;
    private int tos = -1;
    private long ageing = -1;
    private long maxAddresses = -1;
    private boolean checksum;
    private @Nullable String group;

    void word(String word, Words words) throws RefusedException {
      String full = WORDS.stream().filter(w -> IpOptions.matches(word, w)).findFirst().orElse("");
      switch (full) {
        case "id", "vni" -> vni(once("id", words));
        case "group", "remote" -> remote(full, once(full.equals("group") ? full : "remote", words));
        case "local" -> local(once(full, words));
        case "ttl", "hoplimit" -> ttl(once("ttl", words));
        case "tos", "dsfield" -> tos(once("tos", words));
        case "df" -> df(once("df", words));
        case "ageing" -> ageing(once(full, words));
        case "maxaddress" -> maxAddress(once(full, words));
        case "port", "srcport" -> sourcePorts(once("srcport", words), words);
        case "dstport" -> port = port(once(full, words), "dst port");
        case "learning", "nolearning" -> learning = full.equals("learning");
        case "help" -> throw new RefusedException(RefusedException.FAILED, USAGE);
        case "" -> throw LinkTypes.unknownWord(VxlanDevice.TYPE, word, USAGE);
        default -> {
          checksum |= full.equals("udpcsum");
          if (!DEFAULTS.contains(full)) {
            throw RefusedException.unsupported("ip link type vxlan " + full);
          }
        }
      }
    }

    /** {@code check_duparg}. */
    private String once(String what, Words words) throws RefusedException {
      String value = words.next();
      if (!given.add(what)) {
        throw new RefusedException(
            RefusedException.SYNTAX,
            "Error: either \"" + what + "\" is duplicate, or \"" + value + "\" is a garbage.");
      }
      return value;
    }

    private void vni(String word) throws RefusedException {
      vni = (int) Numbers.unsigned(word, MAX_VNI);
      if (vni < 0) {
        throw LinkParser.invalid(word, "invalid id");
      }
    }

    private IpAddress address(String word) throws RefusedException {
      IpAddress parsed = IpAddress.parseOrNull(word);
      if (parsed == null) {
        throw new RefusedException(
            RefusedException.FAILED,
            "Error: any valid address is expected rather than \"" + word + "\".");
      }
      IpAddress other = remote != null ? remote : local;
      if (other != null && other.isV4() != parsed.isV4()) {
        String family = other.isV4() ? "inet" : "inet6";
        throw new RefusedException(
            RefusedException.FAILED,
            "Error: " + family + " address is expected rather than \"" + word + "\".");
      }
      return parsed;
    }

    private void remote(String what, String word) throws RefusedException {
      IpAddress to = address(word);
      if (given.contains("group") && given.contains("remote")) {
        throw new RefusedException(
            RefusedException.FAILED, "vxlan: both group and remote cannot be specified");
      }
      boolean many = Addresses.isMulticast(to.hi(), to.lo());
      if (many != what.equals("group")) {
        throw LinkParser.invalid(word, "invalid " + what + " address");
      }
      if (many) {
        group = word;
      } else if (Addresses.isLinkLocal(to.hi(), to.lo()) && !to.isV4()) {
        throw RefusedException.unsupported("ip link type vxlan remote " + word);
      } else {
        remote = to;
      }
    }

    private void local(String word) throws RefusedException {
      local = address(word);
      if (Addresses.isMulticast(local.hi(), local.lo())) {
        throw LinkParser.invalid(word, "invalid local address");
      }
    }

    private void ttl(String word) throws RefusedException {
      long value = Numbers.unsigned(word, U32);
      if (word.equals("inherit")) {
        ttl = VxlanDevice.INHERIT_TTL;
      } else if (word.equals("auto")) {
        ttl = 0;
      } else if (value < 0) {
        throw LinkParser.invalid(word, "invalid TTL");
      } else if (value > 255) {
        throw LinkParser.invalid(word, "TTL must be <= 255");
      } else {
        ttl = (int) value;
      }
    }

    private void tos(String word) throws RefusedException {
      tos = word.equals("inherit") ? VxlanDevice.INHERIT_TOS : (int) hex(word);
      if (tos < 0) {
        throw LinkParser.invalid(word, "bad TOS value");
      }
    }

    /** Of {@code rtnl_dsfield_a2n}, numbers alone: base 16 whatever they look like. */
    private static long hex(String word) {
      String digits = word.startsWith("0x") ? word : "0x" + word;
      return word.isEmpty() ? -1 : Numbers.unsigned(digits, 255);
    }

    private static void df(String word) throws RefusedException {
      if (word.equals("set") || word.equals("inherit")) {
        throw RefusedException.unsupported("ip link type vxlan df " + word);
      }
      if (!word.equals("unset")) {
        throw LinkParser.invalid(word, "DF must be 'unset', 'set' or 'inherit'");
      }
    }

    private void ageing(String word) throws RefusedException {
      ageing = word.equals("none") ? 0 : Numbers.unsigned(word, U32);
      if (ageing < 0) {
        throw LinkParser.invalid(word, "ageing timer");
      }
    }

    private void maxAddress(String word) throws RefusedException {
      maxAddresses = word.equals("unlimited") ? 0 : Numbers.unsigned(word, U32);
      if (maxAddresses < 0) {
        throw LinkParser.invalid(word, "max addresses");
      }
    }

    private static void sourcePorts(String least, Words words) throws RefusedException {
      int low = port(least, "min port");
      String most = words.next();
      int high = port(most, "max port");
      if (low != 0 || high != 0) {
        throw RefusedException.unsupported("ip link type vxlan srcport " + least + " " + most);
      }
    }

    private static int port(String word, String what) throws RefusedException {
      long value = Numbers.unsigned(word, U16);
      if (value < 0) {
        throw LinkParser.invalid(word, what);
      }
      return (int) value;
    }

    /** {@code vxlan_validate}, and what iproute2 itself refuses before. */
    @Override
    public void check(LinkRequest request) throws LinkRefusedException {
      LinkTypes.checkAddress(request, "Provided Ethernet address is not unicast");
      Long mtu = request.mtu;
      if (mtu != null && (mtu < 68 || mtu > 65535)) {
        throw new LinkRefusedException(Errno.EINVAL, "MTU must be between 68 and 65535");
      }
      if (!anything || vni < 0) {
        String sentence = "Required attributes not provided to perform the operation";
        throw new LinkRefusedException(Errno.EINVAL, sentence);
      }
    }

    private void noGroup() throws RefusedException {
      if (group != null) {
        throw new RefusedException(
            RefusedException.FAILED, "vxlan: 'group' requires 'dev' to be specified");
      }
    }

    @Override
    public NetDevice create(NetworkStack stack, LinkRequest request)
        throws LinkRefusedException, RefusedException {
      noGroup();
      VxlanNet net = stack.namespaces().vxlans();
      if (stack.namespaces().host() == null) {
        throw RefusedException.unsupported("ip link add type vxlan");
      }
      boolean v4 = remote != null ? remote.isV4() : local == null || local.isV4();
      int at = port > 0 ? port : DEFAULT_PORT;
      if (net.isTaken(vni, at, v4)) {
        throw new LinkRefusedException(
            Errno.EEXIST, "A VXLAN device with the specified VNI already exists");
      }
      String name = LinkTypes.name(stack, request, VxlanDevice.TYPE);
      long secret = stack.random().derive("vxlan " + name).nextLong();
      VxlanDevice made =
          new VxlanDevice(
              LinkTypes.index(stack, request),
              name,
              LinkTypes.mac(stack, request, name),
              stack.loop(),
              net,
              vni,
              at,
              v4,
              secret);
      LinkTypes.apply(made, request);
      made.maxAddresses = Math.clamp(maxAddresses, 0, Integer.MAX_VALUE);
      apply(made);
      stack.add(made);
      return made;
    }

    private void apply(VxlanDevice vxlan) {
      if (local != null) {
        vxlan.local(local);
      }
      if (remote != null) {
        vxlan.remote(remote);
      }
      vxlan.learning = learning == null ? vxlan.learning : learning;
      vxlan.ttl = ttl == null ? vxlan.ttl : ttl;
      vxlan.tos = tos < 0 ? vxlan.tos : tos;
      vxlan.ageing = ageing < 0 ? vxlan.ageing : ageing == 0 ? 300 : ageing;
    }

    /** {@code vxlan_nl2conf} of one that is there. */
    @Override
    public void change(NetDevice device) throws LinkRefusedException, RefusedException {
      VxlanDevice vxlan = (VxlanDevice) device;
      noGroup();
      if (!anything) {
        throw new LinkRefusedException(
            Errno.EINVAL, "Required attributes not provided to perform the operation");
      }
      if (vni >= 0 && vni != vxlan.vni()) {
        throw new LinkRefusedException(Errno.EOPNOTSUPP, "Cannot change VNI");
      }
      for (IpAddress address : new @Nullable IpAddress[] {remote, local}) {
        if (address != null && address.isV4() != vxlan.isV4()) {
          throw new LinkRefusedException(
              Errno.EOPNOTSUPP, "New remote address family does not match old");
        }
      }
      if (local != null && vxlan.isUp() && !local.equals(vxlan.local())) {
        throw new LinkRefusedException(
            Errno.EBUSY, "the local address is the socket's: set the device down first");
      }
      if (maxAddresses >= 0) {
        throw new LinkRefusedException(Errno.EOPNOTSUPP, "Cannot change limit");
      }
      if (port >= 0) {
        throw new LinkRefusedException(Errno.EOPNOTSUPP, "Cannot change port");
      }
      if (ttl != null && vxlan.ttl == VxlanDevice.INHERIT_TTL && ttl != vxlan.ttl) {
        // Linux takes it, and goes on inheriting
        throw new LinkRefusedException(Errno.EOPNOTSUPP, "Cannot change TTL_INHERIT flag");
      }
      if (checksum) {
        throw new LinkRefusedException(Errno.EOPNOTSUPP, "Cannot change UDP_CSUM flag");
      }
      apply(vxlan);
    }
  }
}
