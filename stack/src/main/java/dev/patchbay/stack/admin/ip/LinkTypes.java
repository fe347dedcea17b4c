package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.LinkAttributes;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.link.Links;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.socket.Errno;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kinds of devices that {@code ip link add} makes, and what making them has in common. */
final class LinkTypes {
  private static final List<LinkType> ALL =
      List.of(
          new DummyType(),
          new IfbType(),
          new VethType(),
          new BridgeType(),
          new BridgeSlaveType(),
          new VlanType(),
          new UplinkType(),
          new BondType(),
          new BondSlaveType(),
          new VxlanType(),
          new TunType());

  /** Kinds that iproute2 and Linux have. */
  private static final List<String> OTHERS =
      List.of(
          "amt",
          "bareudp",
          "dsa",
          "erspan",
          "geneve",
          "gre",
          "gretap",
          "gtp",
          "ip6erspan",
          "ip6gre",
          "ip6gretap",
          "ip6tnl",
          "ipip",
          "ipoib",
          "ipvlan",
          "ipvtap",
          "macsec",
          "macvlan",
          "macvtap",
          "netdevsim",
          "nlmon",
          "rmnet",
          "sit",
          "team",
          "team_slave",
          "vcan",
          "virt_wifi",
          "vrf",
          "vti",
          "vxcan",
          "wwan",
          "xfrm");

  private LinkTypes() {}

  /** The kind of a device, or null for what no command makes. */
  static @Nullable LinkType of(NetDevice device) {
    String kind = device.type();
    return kind == null ? null : find(kind);
  }

  /** The kind of that name, or null. */
  static @Nullable LinkType find(String kind) {
    for (LinkType type : ALL) {
      if (type.kind().equals(kind)) {
        return type;
      }
    }
    return null;
  }

  /**
   * The kind that a command names.
   *
   * @throws RefusedException where it is none, or none that is supported here
   */
  static LinkType named(String kind, String command) throws RefusedException {
    LinkType type = find(kind);
    if (type != null) {
      return type;
    }
    if (OTHERS.contains(kind)) {
      throw RefusedException.unsupported("ip link " + command + " type " + kind);
    }
    throw RefusedException.answered(Errno.EOPNOTSUPP, "Unknown device type");
  }

  // ---- for the kinds

  /** The name that a new device gets: the one asked for, or the kind's with the next number. */
  static String name(NetworkStack stack, LinkRequest request, String kind)
      throws LinkRefusedException {
    String wanted = request.newName();
    return new Links(stack).freeName(wanted == null ? kind + "%d" : wanted);
  }

  /** The index that a new device gets. */
  static int index(NetworkStack stack, LinkRequest request) throws LinkRefusedException {
    if (request.index < 0) {
      return stack.nextIndex();
    }
    if (stack.devices().stream().anyMatch(device -> device.index() == request.index)) {
      throw new LinkRefusedException(Errno.EEXIST);
    }
    return request.index;
  }

  /** An address that is a station's: the one asked for, or a random one. */
  static long mac(NetworkStack stack, LinkRequest request, String name) {
    byte @Nullable [] wanted = request.address;
    if (wanted != null) {
      return LinkRequest.mac(wanted);
    }
    RandomSource random = stack.random().derive("mac " + name);
    return random.nextLong() & 0xfcff_ffff_ffffL | 0x0200_0000_0000L;
  }

  /** Refuses an address that no station has ({@code dummy_validate} and its like). */
  static void checkAddress(LinkRequest request, @Nullable String sentence)
      throws LinkRefusedException {
    byte @Nullable [] wanted = request.address;
    if (wanted == null) {
      return;
    }
    long mac = LinkRequest.mac(wanted);
    if (mac < 0) {
      throw new LinkRefusedException(Errno.EINVAL, sentence);
    }
    if (!Links.isStation(mac)) {
      throw new LinkRefusedException(Errno.EADDRNOTAVAIL, sentence);
    }
  }

  /** What {@code rtnl_create_link} takes over from the request, before it is registered. */
  static void apply(NetDevice device, LinkRequest request) throws LinkRefusedException {
    Long mtu = request.mtu;
    if (mtu != null) {
      Links.checkMtu(device, mtu);
      device.mtu(mtu.intValue());
    }
    LinkAttributes attributes = device.attributes();
    byte @Nullable [] address = request.address;
    if (address != null) {
      device.mac(LinkRequest.mac(address));
      attributes.addressOrigin = LinkAttributes.AddressOrigin.SET;
    } else if (attributes.addressOrigin == LinkAttributes.AddressOrigin.PERMANENT) {
      attributes.addressOrigin = LinkAttributes.AddressOrigin.RANDOM;
    }
    LinkModify.applyAttributes(device, request);
  }

  /** Refuses words that a kind does not have. */
  static RefusedException unknownWord(String kind, String word, String usage) {
    return new RefusedException(
        RefusedException.FAILED, kind + ": unknown command \"" + word + "\"?\n" + usage);
  }
}
