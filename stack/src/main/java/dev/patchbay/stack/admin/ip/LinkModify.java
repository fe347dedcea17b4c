package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.Namespaces;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.LinkAttributes;
import dev.patchbay.stack.device.LinkEvent;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.link.Links;
import dev.patchbay.stack.socket.Errno;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip link add}, {@code set}, {@code change}, {@code replace} and {@code delete} ({@code
 * iplink_modify}; {@code rtnl_newlink}, {@code do_setlink}, {@code rtnl_dellink}). What is refused
 * has changed nothing, also where several things were asked for at once, but for the words behind
 * {@code type}, which come first as on Linux: of a bridge's and a port's those before it stay too.
 */
final class LinkModify {
  static final String USAGE =
      """
      Usage: ip link add [ link DEV ] [ name ] NAME [ LINK ] type TYPE [ ARGS ]
             ip link delete { DEVICE | dev DEVICE | group GROUP }
             ip link set { DEVICE | dev DEVICE | group GROUP } [ LINK ] [ name NAME ]
                     [ master DEVICE | nomaster ] [ carrier { on | off } ] [ netns NAME ]
                     [ mode { default | dormant } ] [ type TYPE ARGS ]
             ip link show [ DEVICE | group GROUP ] [ up ] [ master DEVICE | nomaster ]
                     [ type TYPE ]
      LINK := { up | down | mtu MTU | address LLADDR | broadcast LLADDR | txqueuelen PACKETS |
                alias TEXT | group GROUP | { arp | multicast | allmulticast | promisc |
                dynamic | trailers } { on | off } }
      TYPE := { bond | bridge | dummy | ifb | uplink | veth | vlan | vxlan }\
      """;

  /** What is to become of the link. */
  enum Change {
    ADD("add"),
    SET("set"),
    REPLACE("replace"),
    DELETE("delete");

    private final String word;

    Change(String word) {
      this.word = word;
    }
  }

  private final NetworkStack stack;
  private final Links links;
  private final Change change;

  LinkModify(NetworkStack stack, Change change) {
    this.stack = stack;
    this.change = change;
    links = new Links(stack);
  }

  void run(List<String> argv) throws RefusedException {
    Words words = new Words(argv);
    boolean creates = change == Change.ADD || change == Change.REPLACE;
    LinkRequest request = new LinkParser(stack, creates).parse(words);
    LinkType.Wish wish = null;
    if (creates && request.type == null && !isThere(request)) {
      throw new RefusedException(
          RefusedException.FAILED, "Not enough information: \"type\" argument is required");
    }
    LinkType type = null;
    if (request.type != null && change != Change.DELETE) {
      type = LinkTypes.named(request.type, change.word);
      wish = type.parse(stack, words, creates);
    }
    try {
      if (creates) {
        add(request, type, wish);
      } else if (change == Change.SET) {
        set(request, type, wish);
      } else {
        delete(request);
      }
    } catch (LinkRefusedException e) {
      throw RefusedException.answered(e.errno(), e.sentence());
    }
  }

  private boolean isThere(LinkRequest request) {
    String name = request.newName();
    return change == Change.REPLACE && name != null && stack.device(name) != null;
  }

  // ---- add

  private void add(LinkRequest request, @Nullable LinkType type, LinkType.@Nullable Wish wish)
      throws LinkRefusedException, RefusedException {
    String name = request.newName();
    if (name != null && name.length() > Links.NAME_LENGTH) {
      throw new LinkRefusedException(Errno.EINVAL, "Attribute failed policy validation");
    }
    if (wish != null) {
      wish.check(request);
    }
    if (name != null && stack.device(name) != null) {
      throw new LinkRefusedException(change == Change.ADD ? Errno.EEXIST : Errno.EOPNOTSUPP);
    }
    if (type == null || wish == null) {
      throw new LinkRefusedException(Errno.EOPNOTSUPP, "Unknown device type");
    }
    if (request.carrier != null || request.protoDown || request.state != null) {
      String what = request.state != null ? "state" : "carrier";
      throw RefusedException.unsupported("ip link add " + what);
    }
    checkLength(request);
    NetworkStack there = request.namespace == null ? stack : request.namespace;
    NetDevice made = wish.create(there, request);
    Namespaces.linkNumber(made);
    boolean done = false;
    try {
      if (request.master != null) {
        new Links(there).checkPort(made, request.master);
      }
      setFlags(made, request);
      if (request.up != null) {
        new Links(there).up(made, request.up);
      }
      setMaster(there, made, request);
      done = true;
    } finally {
      if (!done) {
        there.remove(made);
      }
    }
  }

  // ---- set

  private void set(LinkRequest request, @Nullable LinkType type, LinkType.@Nullable Wish wish)
      throws LinkRefusedException, RefusedException {
    if (request.index >= 0 && request.namespace == null) {
      throw new RefusedException(
          RefusedException.SYNTAX,
          "index can be used only when creating devices or when moving device to another netns.");
    }
    if (request.device == null) {
      if (request.group < 0) {
        throw noDevice();
      }
      if (request.namespace != null || wish != null) {
        String what = wish != null ? "type" : "netns";
        throw RefusedException.unsupported("ip link set group " + what);
      }
      setGroup(request);
      return;
    }
    NetDevice device = LinkParser.present(stack, request.device);
    checkLength(request);
    if (type != null && wish != null && !type.fits(device)) {
      throw new LinkRefusedException(Errno.EOPNOTSUPP);
    }
    if (request.master != null && request.namespace != null) {
      throw RefusedException.unsupported("ip link set master beside netns");
    }
    if (wish != null) {
      wish.change(device);
    }
    NetworkStack there = request.namespace == null ? stack : request.namespace;
    if (!there.equals(stack)) {
      move(device, request, there);
    }
    check(there, device, request);
    apply(there, device, request);
  }

  /**
   * {@code dev_change_net_namespace}: the device has gone there, whatever is refused behind it. The
   * name asked for counts here only where its own is taken.
   */
  private void move(NetDevice device, LinkRequest request, NetworkStack there)
      throws LinkRefusedException {
    if (!Namespaces.isMovable(device)) {
      throw new LinkRefusedException(Errno.EINVAL);
    }
    String name = device.name();
    if (there.device(name) != null) {
      if (request.name == null) {
        throw new LinkRefusedException(Errno.EEXIST);
      }
      name = new Links(there).freeName(request.name);
    }
    if (request.index >= 0 && there.device(request.index) != null) {
      throw new LinkRefusedException(Errno.EBUSY);
    }
    int index = request.index >= 0 ? request.index : device.index();
    Namespaces.move(device, stack, there, name, index);
  }

  /** {@code rtnl_group_changelink}: each device of the group; there is no other group to go to. */
  private void setGroup(LinkRequest request) throws LinkRefusedException {
    List<NetDevice> members = members(request.group);
    request.group = -1;
    for (NetDevice member : members) {
      check(stack, member, request);
    }
    for (NetDevice member : members) {
      apply(stack, member, request);
    }
  }

  private List<NetDevice> members(long group) {
    return stack.devices().stream()
        .filter(device -> (device.attributes().group & 0xffff_ffffL) == group)
        .toList();
  }

  private static void checkLength(LinkRequest request) throws RefusedException {
    for (byte[] bytes : new byte[][] {request.address, request.broadcast}) {
      if (bytes != null && bytes.length != 6) {
        throw new RefusedException(
            RefusedException.FAILED,
            "Invalid address length " + bytes.length + " - must be 6 bytes");
      }
    }
  }

  /** All that {@link #apply} could refuse, in Linux's order. */
  private static void check(NetworkStack there, NetDevice device, LinkRequest request)
      throws LinkRefusedException {
    Links links = new Links(there);
    if (request.address != null) {
      Links.checkAddress(device, LinkRequest.mac(request.address));
    }
    if (request.mtu != null) {
      Links.checkNewMtu(device, request.mtu);
    }
    if (request.name != null) {
      links.checkName(device, request.name);
    }
    if (request.master != null && !request.master.equals(device.master())) {
      links.checkPort(device, request.master);
    }
    if (Boolean.TRUE.equals(request.up)) {
      Links.checkUp(device);
    }
    if (request.carrier != null) {
      Links.checkCarrier(device);
    }
    if (request.protoDown) {
      throw new LinkRefusedException(Errno.EOPNOTSUPP, "Protodown not supported by device");
    }
  }

  private static void apply(NetworkStack there, NetDevice device, LinkRequest request)
      throws LinkRefusedException {
    Links links = new Links(there);
    if (request.address != null) {
      links.address(device, LinkRequest.mac(request.address));
    }
    if (request.mtu != null) {
      links.mtu(device, request.mtu);
    }
    if (request.name != null) {
      links.rename(device, request.name);
    }
    applyAttributes(device, request);
    if (request.alias != null) {
      device.attributes().alias = request.alias;
    }
    setMaster(there, device, request);
    setFlags(device, request);
    if (request.up != null) {
      links.up(device, request.up);
    }
    if (request.carrier != null) {
      links.carrier(device, request.carrier);
    }
    if (request.state != null) {
      device.operState(request.state);
    }
    device.announce(LinkEvent.CHANGED);
  }

  /** What needs no check and says nothing to anybody. */
  static void applyAttributes(NetDevice device, LinkRequest request) {
    LinkAttributes attributes = device.attributes();
    if (request.broadcast != null) {
      attributes.broadcast = LinkRequest.mac(request.broadcast);
    }
    if (request.queueLength >= 0) {
      attributes.queueLength = (int) request.queueLength;
    }
    if (request.group >= 0) {
      attributes.group = (int) request.group;
    }
    if (request.alias != null) {
      attributes.alias = request.alias;
    }
    if (request.dormantMode != null) {
      attributes.dormantMode = request.dormantMode;
    }
  }

  /** The changes that are on or off ({@code IFF_*}). */
  static void setFlags(NetDevice device, LinkRequest request) {
    LinkAttributes attributes = device.attributes();
    for (LinkRequest.Flag flag : request.flags) {
      switch (flag.word()) {
        case "multicast" -> attributes.multicast = flag.on();
        case "allmulticast" -> attributes.allMulticast = flag.on();
        case "promisc" -> attributes.promiscuous = flag.on();
        case "trailers" -> attributes.noTrailers = !flag.on();
        case "arp" -> attributes.noArp = !flag.on();
        case "dynamic" -> attributes.dynamic = flag.on();
        default -> throw new IllegalArgumentException(flag.word());
      }
    }
  }

  /** {@code master} and {@code nomaster}. */
  static void setMaster(NetworkStack stack, NetDevice device, LinkRequest request)
      throws LinkRefusedException {
    if (request.master != null || request.noMaster) {
      new Links(stack).master(device, request.master);
    }
  }

  // ---- delete

  private void delete(LinkRequest request) throws LinkRefusedException, RefusedException {
    if (request.device == null) {
      if (request.group < 0) {
        throw noDevice();
      }
      deleteGroup(request.group);
      return;
    }
    links.delete(LinkParser.present(stack, request.device));
  }

  private void deleteGroup(long group) throws LinkRefusedException {
    List<NetDevice> members = members(group);
    if (members.isEmpty()) {
      throw new LinkRefusedException(Errno.ENODEV);
    }
    for (NetDevice member : members) {
      Links.checkDelete(member);
    }
    for (NetDevice member : members) {
      if (stack.devices().contains(member)) {
        links.delete(member);
      }
    }
  }

  private static RefusedException noDevice() {
    return new RefusedException(
        RefusedException.SYNTAX, "Not enough information: \"dev\" argument is required.");
  }
}
