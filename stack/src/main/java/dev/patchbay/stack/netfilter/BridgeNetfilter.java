package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgeFilter;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import dev.patchbay.stack.wire.Ipv6;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes IP packets in bridged frames through the rules of their family (Linux: {@code
 * br_netfilter_hooks.c}; {@code bridge-nf-call-iptables}, {@code -ip6tables} and {@code
 * -filter-vlan-tagged} say of which). PREROUTING is asked when a frame came in, so not again where
 * it then is for us; FORWARD and POSTROUTING once for each port by which it leaves. Tags do not
 * hide a packet: it is looked for behind all that there are.
 */
final class BridgeNetfilter implements BridgeFilter {
  private static final int TAG = 4;

  private final Netfilter netfilter;

  BridgeNetfilter(Netfilter netfilter) {
    this.netfilter = netfilter;
  }

  @Override
  public boolean isActive() {
    return netfilter.isActive();
  }

  @Override
  public @Nullable Packet incoming(Packet packet, Bridge bridge) {
    int before = packet.l3;
    int type = findNetwork(packet);
    if (type != EtherType.IPV4 && type != EtherType.IPV6) {
      packet.l3 = before;
      return packet;
    }
    boolean v4 = type == EtherType.IPV4;
    if (!netfilter.seesBridged(v4, isTagged(packet, before))) {
      packet.l3 = before;
      return packet;
    }
    if (!isValid(packet, v4)) {
      if (!netfilter.hasRules()) {
        packet.l3 = before; // who follows packets changes nothing
        return packet;
      }
      NetDevice.dropIncoming(packet, DropReason.IP_INHDR);
      return null;
    }
    if (netfilter.hasRules()) {
      cutTrailer(packet, v4);
    }
    packet.l4 = packet.l3 + (v4 ? packet.ipv4().headerLength() : Ipv6.LENGTH);
    // an answer of REJECT asks what the packet is
    packet.protocol = v4 ? packet.ipv4().protocol() : packet.ipv6().nextHeader();
    Packet whole = packet;
    if (packet.l3 == before && netfilter.tracks(v4)) {
      whole = join(packet, v4, bridge);
      if (whole == null) {
        return null;
      }
      before = whole.l3;
    }
    long hi = whole.destinationHi();
    long lo = whole.destinationLo();
    if (!netfilter.at(Hook.PREROUTING, v4).acceptsBridged(whole, bridge, null)) {
      return null;
    }
    whole.prerouted = true;
    if (whole.destinationHi() != hi || whole.destinationLo() != lo) {
      divert(whole, bridge);
    }
    whole.l3 = before;
    return whole;
  }

  /**
   * A frame has become one for somebody else ({@code br_nf_pre_routing_finish}): where he is a
   * known neighbour on this bridge it goes on to him as a frame, else the IP layer sends it on.
   */
  private void divert(Packet packet, Bridge bridge) {
    Neighbour neighbour = netfilter.neighbour(packet, bridge);
    if (neighbour != null) {
      Bytes.put48(packet.data, packet.l2, neighbour.mac());
    } else {
      Bytes.put48(packet.data, packet.l2, bridge.mac());
      packet.divertedByBridge = true;
    }
  }

  /** Connection tracking sees no fragments; those behind tags within the bytes stay as they are. */
  private @Nullable Packet join(Packet packet, boolean v4, Bridge bridge) {
    int protocol = packet.vlanProtocol;
    int tci = packet.vlanTci;
    Packet whole = netfilter.join(packet, v4, bridge);
    if (whole != null && whole.fragmentMax > 0) {
      whole.head = whole.l2;
      whole.vlanProtocol = protocol;
      whole.vlanTci = tci;
    }
    return whole;
  }

  @Override
  public void cut(Packet packet, int mtu, Consumer<Packet> send) {
    long destination = Bytes.u48(packet.data, packet.l2);
    long source = Bytes.u48(packet.data, packet.l2 + 6);
    int protocol = packet.vlanProtocol;
    int tci = packet.vlanTci;
    int type = packet.isIpv4() ? EtherType.IPV4 : EtherType.IPV6;
    packet.head = packet.l3;
    netfilter.cut(
        packet,
        mtu,
        piece -> {
          piece.l2 = piece.push(Ethernet.LENGTH);
          piece.ethernet().destination(destination).source(source).type(type);
          piece.vlanProtocol = protocol;
          piece.vlanTci = tci;
          send.accept(piece);
        });
  }

  @Override
  public boolean forward(Packet packet, Bridge bridge, NetDevice to) {
    int before = packet.l3;
    int type = findNetwork(packet);
    boolean goesOn = true;
    packet.prerouted = false; // for who gets it behind the port
    if (type == EtherType.IPV4 || type == EtherType.IPV6) {
      boolean v4 = type == EtherType.IPV4;
      goesOn =
          !netfilter.seesBridged(v4, isTagged(packet, before))
              || netfilter.at(Hook.FORWARD, v4).acceptsBridged(packet, bridge, to)
                  && netfilter.at(Hook.POSTROUTING, v4).acceptsBridged(packet, bridge, to);
    }
    if (goesOn) {
      packet.l3 = before;
    }
    return goesOn;
  }

  /** Whether a tag stands beside the bytes, or between the frame's header and the packet. */
  private static boolean isTagged(Packet packet, int networkBefore) {
    return packet.vlanProtocol != 0 || packet.l3 != networkBefore;
  }

  /** {@code br_validate_ipv4}, {@code br_validate_ipv6}. */
  private static boolean isValid(Packet packet, boolean v4) {
    if (!v4) {
      return packet.ipv6().check(packet.tail);
    }
    boolean known = packet.checksumState != Packet.CHECKSUM_NONE;
    return packet.ipv4().check(packet.tail) && (known || packet.ipv4().checksumValid());
  }

  /** What follows the packet in its frame is none of it ({@code pskb_trim_rcsum}). */
  private static void cutTrailer(Packet packet, boolean v4) {
    int length = v4 ? packet.ipv4().totalLength() : packet.ipv6().payloadLength();
    if (v4) {
      packet.tail = packet.l3 + length;
    } else if (length != 0) {
      packet.tail = packet.l3 + Ipv6.LENGTH + length;
    }
  }

  /** Sets l3 behind all tags and tells the type there. */
  private static int findNetwork(Packet packet) {
    int type = packet.ethernet().type();
    while ((type == EtherType.VLAN || type == EtherType.QINQ) && packet.l3 + TAG <= packet.tail) {
      type = Bytes.u16(packet.data, packet.l3 + 2);
      packet.l3 += TAG;
    }
    return type;
  }
}
