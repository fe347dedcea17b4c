package dev.patchbay.stack.neighbour;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.DuplicateAddressDetection;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddresses;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.IpCounters;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Icmp;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/** Neighbour Discovery of a router (RFC 4861; Linux: {@code ndisc_rcv}). */
public final class NdpProtocol implements NeighbourTable.Solicitor {
  /** Told of router solicitations. */
  @FunctionalInterface
  public interface RouterSolicitationListener {
    /**
     * From {@code srcHi, srcLo} (may be ::) by {@code port} of {@code device}; {@code srcMac} 0
     * where it was not said.
     */
    void solicited(NetDevice device, @Nullable NetDevice port, long srcHi, long srcLo, long srcMac);
  }

  private static final int ROUTER_SOLICITATION = 133;
  private static final int ROUTER_ADVERTISEMENT = 134;
  private static final int NEIGHBOUR_SOLICITATION = 135;
  private static final int NEIGHBOUR_ADVERTISEMENT = 136;
  private static final int REDIRECT = 137;
  private static final int SOURCE_LINK_LAYER = 1;
  private static final int TARGET_LINK_LAYER = 2;

  /** Nonce (RFC 3971 section 5.3.2), of 6 octets as RFC 7527 has it. */
  private static final int NONCE = 14;

  private static final long ALL_NODES_HI = 0xff02_0000_0000_0000L;
  private static final long ALL_ROUTERS_LO = 2;
  private static final int BODY = 32;

  /** Low half of ff02::1:ff00:0, behind which stand the last 24 bits of an address. */
  private static final long SOLICITED_NODE = 0x0000_0001_ff00_0000L;

  private static final int ROUTER_FLAG = 0x8000_0000;
  private static final int SOLICITED_FLAG = 0x4000_0000;
  private static final int OVERRIDE_FLAG = 0x2000_0000;

  private final NetworkStack stack;
  private @Nullable RouterSolicitationListener solicitations;

  public NdpProtocol(NetworkStack stack) {
    this.stack = stack;
  }

  /** Who answers router solicitations; one listener. */
  public void onRouterSolicitation(@Nullable RouterSolicitationListener listener) {
    solicitations = listener;
  }

  /** Takes a message of types 133 to 137 whose checksum is right. */
  public void receive(Packet packet) {
    int type = packet.icmp().type();
    DropReason bad = validate(packet, type);
    if (bad != null) {
      packet.drop(bad);
      return;
    }
    switch (type) {
      case ROUTER_SOLICITATION -> routerSolicitation(packet);
      case NEIGHBOUR_SOLICITATION -> neighbourSolicitation(packet);
      case NEIGHBOUR_ADVERTISEMENT -> neighbourAdvertisement(packet);
      case REDIRECT -> stack.redirects().accept6(packet);
      case ROUTER_ADVERTISEMENT -> routerAdvertisement(packet);
      default -> {}
    }
    packet.release();
  }

  /**
   * RFC 4861 sections 6.1 and 7.1: hop limit 255, code 0, length, options that end where the
   * message ends.
   */
  private static @Nullable DropReason validate(Packet packet, int type) {
    if (packet.ipv6().hopLimit() != 255) {
      return DropReason.IPV6_NDISC_HOP_LIMIT;
    }
    if (packet.icmp().code() != 0) {
      return DropReason.IPV6_NDISC_BAD_CODE;
    }
    int fixed =
        switch (type) {
          case ROUTER_SOLICITATION -> 8;
          case ROUTER_ADVERTISEMENT -> 16;
          case NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT -> 24;
          default -> 40;
        };
    if (packet.device == null || packet.l4 + fixed > packet.tail) {
      return DropReason.HDR_TRUNC;
    }
    int at = packet.l4 + fixed;
    while (at < packet.tail) {
      int length = at + 1 < packet.tail ? Bytes.u8(packet.data, at + 1) << 3 : 0;
      if (length == 0 || at + length > packet.tail) {
        return DropReason.IPV6_NDISC_BAD_OPTIONS;
      }
      at += length;
    }
    return null;
  }

  /** The link-layer address in an option, or 0. */
  private static long option(Packet packet, int fixed, int type) {
    for (int at = packet.l4 + fixed; at + 8 <= packet.tail; ) {
      if (Bytes.u8(packet.data, at) == type && Bytes.u8(packet.data, at + 1) == 1) {
        return Bytes.u48(packet.data, at + 2);
      }
      at += Math.max(Bytes.u8(packet.data, at + 1) << 3, 8);
    }
    return 0;
  }

  private void routerSolicitation(Packet packet) {
    NetDevice device = packet.device;
    RouterSolicitationListener listener = solicitations;
    if (device == null) {
      return;
    }
    long hi = packet.sourceHi();
    long lo = packet.sourceLo();
    long mac = option(packet, 8, SOURCE_LINK_LAYER);
    if (!Addresses.isAny(hi, lo) && mac != 0 && !Addresses.isGroupMac(mac)) {
      // who asks for routers is none
      int flags = NudMachine.OVERRIDE | NudMachine.WEAK_OVERRIDE | NudMachine.OVERRIDE_ROUTER;
      heard(packet, hi, lo, mac, Neighbour.State.STALE, flags, true);
    }
    if (listener != null) {
      listener.solicited(device, packet.physicalDevice, hi, lo, mac);
    }
  }

  /**
   * Notes the better next hop of a redirect that is believed ({@code rt6_do_redirect}).
   *
   * @param options where its options begin, from l4
   * @param router whether it is one
   */
  public void redirected(Packet packet, int options, IpAddress target, boolean router) {
    long mac = option(packet, options, TARGET_LINK_LAYER);
    int flags =
        NudMachine.WEAK_OVERRIDE
            | NudMachine.OVERRIDE
            | (router ? NudMachine.OVERRIDE_ROUTER | NudMachine.ROUTER : 0);
    if (!Addresses.isGroupMac(mac)) {
      heard(packet, target.hi(), target.lo(), mac, Neighbour.State.STALE, flags, true);
    }
  }

  /** RFC 4861 section 6.3.4; a router only learns of who sends it what a solicitation tells too. */
  private void routerAdvertisement(Packet packet) {
    long hi = packet.sourceHi();
    long lo = packet.sourceLo();
    long mac = option(packet, 16, SOURCE_LINK_LAYER);
    if (stack.routerDiscovery().advertised(packet) && mac != 0 && !Addresses.isGroupMac(mac)) {
      int flags =
          NudMachine.OVERRIDE
              | NudMachine.WEAK_OVERRIDE
              | NudMachine.OVERRIDE_ROUTER
              | NudMachine.ROUTER;
      heard(packet, hi, lo, mac, Neighbour.State.STALE, flags, true);
    }
  }

  /**
   * Asks all routers of a link to advertise themselves ({@code ndisc_send_rs}), from its link-local
   * address, or from :: while there is none.
   */
  public void solicitRouter(NetDevice device) {
    Packet packet = stack.pool().acquire(16);
    if (packet == null) {
      return;
    }
    packet.l4 = packet.append(8);
    packet.icmp().type(ROUTER_SOLICITATION).code(0).rest(0);
    IpAddress source = stack.linkLocal(device);
    if (source == null) {
      transmit(packet, device, 0, 0, ALL_NODES_HI, ALL_ROUTERS_LO, 255);
      return;
    }
    linkLayerOption(packet, SOURCE_LINK_LAYER, device.mac());
    transmit(packet, device, source.hi(), source.lo(), ALL_NODES_HI, ALL_ROUTERS_LO, 255);
  }

  /** Notes what was heard of a neighbour; false where there is no entry for it. */
  private boolean heard(
      Packet packet, long hi, long lo, long mac, Neighbour.State state, int flags, boolean create) {
    NetDevice device = packet.device;
    if (device == null || stack.isLocal(hi, lo)) {
      return false;
    }
    NeighbourTable neighbours = stack.neighbours();
    Neighbour neighbour = neighbours.find(hi, lo, device);
    if (neighbour == null && create) {
      neighbour = neighbours.create(hi, lo, device);
    }
    if (neighbour == null) {
      return false;
    }
    neighbours.heard(neighbour, mac, state, flags, packet.physicalDevice);
    return true;
  }

  /** RFC 4861 section 7.2.3 and 7.2.4 ({@code ndisc_recv_ns}). */
  private void neighbourSolicitation(Packet packet) {
    NetDevice device = packet.device;
    long targetHi = Bytes.i64(packet.data, packet.l4 + 8);
    long targetLo = Bytes.i64(packet.data, packet.l4 + 16);
    if (device == null || Addresses.isMulticast(targetHi, targetLo)) {
      return;
    }
    long hi = packet.sourceHi();
    long lo = packet.sourceLo();
    long mac = option(packet, 24, SOURCE_LINK_LAYER);
    boolean toGroup = Addresses.isMulticast(packet.destinationHi(), packet.destinationLo());
    if (Addresses.isAny(hi, lo) && (mac != 0 || !isSolicitedNode(packet))) {
      return; // section 7.1.1: no duplicate address detection looks like that
    }
    if (Addresses.isGroupMac(mac)) {
      return;
    }
    InterfaceAddress target = InterfaceAddresses.find(device, targetHi, targetLo);
    if (target != null && target.is(InterfaceAddress.TENTATIVE)) {
      // RFC 4862 section 5.4.3: who resolves it is not answered, who asks for it too has it
      DuplicateAddressDetection detection = stack.addresses().detection();
      if (Addresses.isAny(hi, lo) && !detection.isOurs(device, target.address(), nonce(packet))) {
        detection.failed(device, target);
      }
      return;
    }
    boolean own = target != null;
    ProxyTable.Entry proxy = own ? null : proxy(device, targetHi, targetLo);
    if (!own && proxy == null) {
      return;
    }
    boolean router = proxy == null ? StackConf.forwards6(device) : proxy.router();
    boolean late =
        proxy != null
            && toGroup
            && packet.ethernet().destination() != device.mac()
            && stack.neighbours().settings(device, false).proxyDelay() != 0;
    NetDevice port = packet.physicalDevice;
    Solicitation asked =
        new Solicitation(device, port, hi, lo, mac, targetHi, targetLo, toGroup, own);
    if (late) {
      NeighbourTable neighbours = stack.neighbours();
      NeighbourSettings settings = neighbours.settings(device, false);
      neighbours.proxies().later(device, settings, () -> answer(asked, router));
    } else {
      answer(asked, router);
    }
  }

  private ProxyTable.@Nullable Entry proxy(NetDevice device, long hi, long lo) {
    boolean on = stack.conf().either(device, Ipv6Key.PROXY_NDP);
    return on ? stack.neighbours().proxies().find(hi, lo, device) : null;
  }

  private static boolean isSolicitedNode(Packet packet) {
    return packet.destinationHi() == ALL_NODES_HI
        && packet.destinationLo() >>> 24 == SOLICITED_NODE >>> 24;
  }

  /**
   * What was asked, kept while the answer waits.
   *
   * @param own whether the target is an address of the device, not one that we answer for
   */
  private record Solicitation(
      NetDevice device,
      @Nullable NetDevice port,
      long hi,
      long lo,
      long mac,
      long targetHi,
      long targetLo,
      boolean toGroup,
      boolean own) {}

  private void answer(Solicitation asked, boolean router) {
    int flags = router ? ROUTER_FLAG : 0;
    int override = asked.own() && asked.toGroup() ? OVERRIDE_FLAG : 0;
    if (Addresses.isAny(asked.hi(), asked.lo())) {
      advertise(asked, flags | (asked.own() ? OVERRIDE_FLAG : 0), ALL_NODES_HI, 1, true);
      return;
    }
    boolean create = !asked.toGroup() || asked.mac() != 0;
    NeighbourTable neighbours = stack.neighbours();
    NetDevice device = asked.device();
    if (stack.isLocal(asked.hi(), asked.lo())) {
      return;
    }
    Neighbour neighbour = neighbours.find(asked.hi(), asked.lo(), device);
    if (neighbour == null && create) {
      neighbour = neighbours.create(asked.hi(), asked.lo(), device);
    }
    if (neighbour != null) {
      int update = NudMachine.OVERRIDE | NudMachine.WEAK_OVERRIDE;
      neighbours.heard(neighbour, asked.mac(), Neighbour.State.STALE, update, asked.port());
      flags |= SOLICITED_FLAG | override;
      advertise(asked, flags, asked.hi(), asked.lo(), asked.toGroup());
    }
  }

  private void advertise(Solicitation asked, int flags, long dstHi, long dstLo, boolean option) {
    NetDevice device = asked.device();
    long hi = asked.targetHi();
    long lo = asked.targetLo();
    IpAddress source =
        asked.own() ? new IpAddress(hi, lo) : stack.output().source(device, dstHi, dstLo);
    Packet packet = source == null ? null : message(NEIGHBOUR_ADVERTISEMENT, flags, hi, lo);
    if (packet != null && source != null) {
      if (option) {
        linkLayerOption(packet, TARGET_LINK_LAYER, device.mac());
      }
      transmit(packet, device, source.hi(), source.lo(), dstHi, dstLo, 255);
    }
  }

  /** RFC 4861 section 7.2.5 ({@code ndisc_recv_na}). */
  private void neighbourAdvertisement(Packet packet) {
    long hi = Bytes.i64(packet.data, packet.l4 + 8);
    long lo = Bytes.i64(packet.data, packet.l4 + 16);
    int flags = Bytes.i32(packet.data, packet.l4 + 4);
    boolean solicited = (flags & SOLICITED_FLAG) != 0;
    long mac = option(packet, 24, TARGET_LINK_LAYER);
    NetDevice device = packet.device;
    boolean toGroup = Addresses.isMulticast(packet.destinationHi(), packet.destinationLo());
    if (device == null
        || Addresses.isMulticast(hi, lo)
        || Addresses.isGroupMac(mac)
        || toGroup && solicited) {
      return;
    }
    InterfaceAddress own = InterfaceAddresses.find(device, hi, lo);
    if (own != null && own.is(InterfaceAddress.TENTATIVE)) {
      stack.addresses().detection().failed(device, own); // RFC 4862 section 5.4.4
      return;
    }
    Neighbour known = stack.neighbours().find(hi, lo, device);
    if (known == null || known.state == Neighbour.State.FAILED) {
      // no entry is made for an advertisement
      return;
    }
    int update =
        NudMachine.WEAK_OVERRIDE
            | NudMachine.OVERRIDE_ROUTER
            | ((flags & OVERRIDE_FLAG) != 0 ? NudMachine.OVERRIDE : 0)
            | ((flags & ROUTER_FLAG) != 0 ? NudMachine.ROUTER : 0);
    Neighbour.State state = solicited ? Neighbour.State.REACHABLE : Neighbour.State.STALE;
    heard(packet, hi, lo, mac, state, update, false);
  }

  /**
   * Asks for a neighbour in the name of the packet's source where that is an address of the device,
   * else of its link-local one ({@code ndisc_solicit}).
   */
  @Override
  public void solicit(Neighbour neighbour, @Nullable Packet waiting) {
    NetDevice device = neighbour.device;
    IpAddress source = null;
    if (waiting != null && !waiting.isIpv4()) {
      InterfaceAddress own =
          InterfaceAddresses.find(device, waiting.sourceHi(), waiting.sourceLo());
      boolean usable = own != null && !own.is(InterfaceAddress.TENTATIVE);
      source = usable && own != null ? own.address() : null;
    }
    source = source == null ? stack.linkLocal(device) : source;
    long hi = neighbour.hi;
    long lo = neighbour.lo;
    Packet packet = source == null ? null : message(NEIGHBOUR_SOLICITATION, 0, hi, lo);
    if (packet == null || source == null) {
      return;
    }
    linkLayerOption(packet, SOURCE_LINK_LAYER, device.mac());
    if (neighbour.state.isValid()) {
      transmit(packet, device, source.hi(), source.lo(), hi, lo, 255);
    } else {
      long group = SOLICITED_NODE | lo & 0xff_ffffL;
      transmit(packet, device, source.hi(), source.lo(), ALL_NODES_HI, group, 255);
    }
  }

  /** Asks whether somebody has an address ({@code ndisc_send_ns} of {@code addrconf_dad_work}). */
  public void solicitDuplicate(NetDevice device, long hi, long lo, long nonce) {
    Packet packet = message(NEIGHBOUR_SOLICITATION, 0, hi, lo);
    if (packet != null) {
      linkLayerOption(packet, NONCE, nonce);
      transmit(packet, device, 0, 0, ALL_NODES_HI, SOLICITED_NODE | lo & 0xff_ffffL, 255);
    }
  }

  /** Duplicate address detection has ended well: told to all where {@code ndisc_notify} says so. */
  public void addressReady(NetDevice device, long hi, long lo) {
    if (stack.conf().either(device, Ipv6Key.NDISC_NOTIFY)) {
      announce(device, hi, lo);
    }
  }

  private void announce(NetDevice device, long hi, long lo) {
    Solicitation nobody = new Solicitation(device, null, 0, 0, 0, hi, lo, true, true);
    int router = StackConf.forwards6(device) ? ROUTER_FLAG : 0;
    advertise(nobody, router | OVERRIDE_FLAG, ALL_NODES_HI, 1, true);
  }

  /** Tells all nodes on the link of all our addresses ({@code ndisc_send_unsol_na}). */
  public void announceAll(NetDevice device) {
    for (InterfaceAddress own : device.addresses()) {
      if (!own.address().isV4() && !own.is(InterfaceAddress.TENTATIVE)) {
        announce(device, own.address().hi(), own.address().lo());
      }
    }
  }

  private static long nonce(Packet packet) {
    return option(packet, 24, NONCE);
  }

  private @Nullable Packet message(int type, int flags, long targetHi, long targetLo) {
    Packet packet = stack.pool().acquire(BODY);
    if (packet != null) {
      packet.l4 = packet.append(24);
      packet.icmp().type(type).code(0).rest(flags);
      Bytes.put64(packet.data, packet.l4 + 8, targetHi);
      Bytes.put64(packet.data, packet.l4 + 16, targetLo);
    }
    return packet;
  }

  private static void linkLayerOption(Packet packet, int type, long mac) {
    int at = packet.append(8);
    Bytes.put8(packet.data, at, type);
    Bytes.put8(packet.data, at + 1, 1);
    Bytes.put48(packet.data, at + 2, mac);
  }

  /**
   * Sends an ICMPv6 message of {@code length} bytes (its checksum is filled in here) from the
   * device's link-local, hop limit 255.
   */
  public void sendIcmp6(NetDevice device, byte[] message, int length, long dstHi, long dstLo) {
    IpAddress source = stack.linkLocal(device);
    Packet packet = source == null ? null : stack.pool().acquire(length);
    if (packet == null || source == null) {
      return;
    }
    packet.l4 = packet.append(length);
    System.arraycopy(message, 0, packet.data, packet.l4, length);
    transmit(packet, device, source.hi(), source.lo(), dstHi, dstLo, 255);
  }

  /** Sends an ICMPv6 message (head at l4) out of one device. */
  public void transmit(
      Packet packet,
      NetDevice device,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      int hopLimit) {
    int length = packet.tail - packet.l4;
    Icmp icmp = packet.icmp().checksum(0);
    IpCounters counters = stack.counters(false);
    counters.icmpOutMsgs++;
    counters.icmpOutTypes[icmp.type()]++;
    long sum =
        InternetChecksum.sum(packet.data, packet.l4, length)
            + InternetChecksum.pseudo6(srcHi, srcLo, dstHi, dstLo, IpProtocol.ICMPV6, length);
    icmp.checksum(InternetChecksum.finish(sum));
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
    packet.protocol = IpProtocol.ICMPV6;
    packet.ttl = hopLimit;
    packet.socket = Packet.SOCKET_STACK;
    stack.output().pushHeader(packet, srcHi, srcLo, dstHi, dstLo);
    stack.output().sendOnLink(packet, device, dstHi, dstLo);
  }
}
