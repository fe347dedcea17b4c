package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgeFilter;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ipv6;

/**
 * Takes IP packets in bridged frames through the rules of their family (Linux: {@code
 * br_netfilter_hooks.c} with {@code bridge-nf-call-iptables}, {@code -ip6tables} and {@code
 * -filter-vlan-tagged} on). PREROUTING is asked when a frame came in, so not again where it then is
 * for us; FORWARD and POSTROUTING once for each port by which it leaves. Tags do not hide a packet:
 * it is looked for behind all that there are.
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
  public boolean incoming(Packet packet, Bridge bridge) {
    int before = packet.l3;
    int type = findNetwork(packet);
    boolean goesOn = true;
    if (type == EtherType.IPV4 || type == EtherType.IPV6) {
      boolean v4 = type == EtherType.IPV4;
      if (!isValid(packet, v4)) {
        NetDevice.dropIncoming(packet, DropReason.IP_INHDR);
        return false;
      }
      cutTrailer(packet, v4);
      if (v4) {
        // an answer of REJECT asks what the packet is
        packet.l4 = packet.l3 + packet.ipv4().headerLength();
        packet.protocol = packet.ipv4().protocol();
      }
      goesOn = netfilter.at(Hook.PREROUTING, v4).acceptsBridged(packet, bridge, null);
      if (goesOn) {
        packet.prerouted = true;
      }
    }
    if (goesOn) {
      packet.l3 = before;
    }
    return goesOn;
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
          netfilter.at(Hook.FORWARD, v4).acceptsBridged(packet, bridge, to)
              && netfilter.at(Hook.POSTROUTING, v4).acceptsBridged(packet, bridge, to);
    }
    if (goesOn) {
      packet.l3 = before;
    }
    return goesOn;
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
