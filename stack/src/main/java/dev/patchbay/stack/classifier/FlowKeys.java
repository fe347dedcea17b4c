package dev.patchbay.stack.classifier;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.Arrays;

/**
 * The fields of a packet that flower compares (Linux: {@code flow_dissector.c}). One per chain,
 * filled anew for each packet; what a packet does not have, or has cut short, is 0.
 */
public final class FlowKeys {
  /** Bit of {@link FlowKey#FRAGMENT}: it is a fragment. */
  public static final int FRAGMENT = 1;

  /** Bit of {@link FlowKey#FRAGMENT}: it is the first fragment. */
  public static final int FIRST_FRAGMENT = 2;

  private static final int SCTP = 132;
  private static final int MORE_FRAGMENTS = 0x2000;
  private static final int OFFSET4 = 0x1fff;
  private static final int OFFSET6 = 0xfff8;
  private static final int HEADER4 = 20;
  private static final int HEADER6 = 40;
  private static final int MAX_EXTENSIONS = 15;
  private static final int TCP_FLAGS_MASK = 0xfff;

  final long[] values = new long[FlowKey.COUNT];
  private byte[] data = {};
  private int end;

  private void set(FlowKey key, long value) {
    values[key.ordinal()] = value;
  }

  /** Reads the fields of {@code packet}, whose network header begins at {@code network}. */
  void extract(Packet packet, int network, boolean ethernet) {
    Arrays.fill(values, 0);
    data = packet.data;
    end = packet.tail;
    int at = network;
    int type;
    if (ethernet) {
      if (packet.length() < Ethernet.LENGTH) {
        return;
      }
      set(FlowKey.ETH_DST, Bytes.u48(data, packet.head));
      set(FlowKey.ETH_SRC, Bytes.u48(data, packet.head + 6));
      type = Bytes.u16(data, network - 2);
    } else {
      type = packet.length() > 0 && data[network] >>> 4 == 4 ? EtherType.IPV4 : EtherType.IPV6;
    }
    if (packet.vlanProtocol != 0) {
      set(FlowKey.VLAN_PROTOCOL, packet.vlanProtocol);
      set(FlowKey.VLAN_ID, VlanTag.id(packet));
      set(FlowKey.VLAN_PRIORITY, packet.vlanTci >>> 13 & 7);
    }
    if (VlanTag.isTag(type) && has(at, VlanTag.LENGTH)) {
      type = Bytes.u16(data, at + 2);
      at += VlanTag.LENGTH;
    }
    set(FlowKey.ETH_TYPE, type);
    switch (type) {
      case EtherType.IPV4 -> ipv4(at);
      case EtherType.IPV6 -> ipv6(at);
      case EtherType.ARP -> arp(at);
      default -> {
        // nothing more is known of it
      }
    }
  }

  private boolean has(int at, int length) {
    return at + length <= end;
  }

  private void ipv4(int at) {
    int header = has(at, HEADER4) ? (data[at] & 0xf) * 4 : 0;
    if (header < HEADER4) {
      return;
    }
    set(FlowKey.IP_TOS, Bytes.u8(data, at + 1));
    set(FlowKey.IP_TTL, Bytes.u8(data, at + 8));
    set(FlowKey.SRC_LO, Bytes.u32(data, at + 12));
    set(FlowKey.DST_LO, Bytes.u32(data, at + 16));
    int protocol = Bytes.u8(data, at + 9);
    set(FlowKey.IP_PROTO, protocol);
    int fragment = Bytes.u16(data, at + 6);
    if ((fragment & (MORE_FRAGMENTS | OFFSET4)) != 0) {
      fragment((fragment & OFFSET4) == 0);
    } else {
      transport(protocol, at + header);
    }
  }

  private void fragment(boolean first) {
    set(FlowKey.FRAGMENT, FRAGMENT | (first ? FIRST_FRAGMENT : 0));
  }

  private void ipv6(int from) {
    if (!has(from, HEADER6)) {
      return;
    }
    set(FlowKey.IP_TOS, Bytes.u16(data, from) >>> 4 & 0xff);
    set(FlowKey.IP_TTL, Bytes.u8(data, from + 7));
    set(FlowKey.SRC_HI, Bytes.i64(data, from + 8));
    set(FlowKey.SRC_LO, Bytes.i64(data, from + 16));
    set(FlowKey.DST_HI, Bytes.i64(data, from + 24));
    set(FlowKey.DST_LO, Bytes.i64(data, from + 32));
    int protocol = Bytes.u8(data, from + 6);
    int at = from + HEADER6;
    for (int i = 0; i < MAX_EXTENSIONS && isExtension(protocol) && has(at, 8); i++) {
      int next = Bytes.u8(data, at);
      if (protocol == IpProtocol.FRAGMENT) {
        set(FlowKey.IP_PROTO, next);
        fragment((Bytes.u16(data, at + 2) & OFFSET6) == 0);
        return;
      }
      protocol = next;
      at += (Bytes.u8(data, at + 1) + 1) * 8;
    }
    set(FlowKey.IP_PROTO, protocol);
    transport(protocol, at);
  }

  private static boolean isExtension(int protocol) {
    return protocol == IpProtocol.HOP_BY_HOP
        || protocol == IpProtocol.ROUTING
        || protocol == IpProtocol.DESTINATION
        || protocol == IpProtocol.FRAGMENT;
  }

  private void transport(int protocol, int at) {
    switch (protocol) {
      case IpProtocol.TCP, IpProtocol.UDP, SCTP -> {
        if (has(at, 4)) {
          set(FlowKey.SRC_PORT, Bytes.u16(data, at));
          set(FlowKey.DST_PORT, Bytes.u16(data, at + 2));
        }
        if (protocol == IpProtocol.TCP && has(at, 20)) {
          set(FlowKey.TCP_FLAGS, Bytes.u16(data, at + 12) & TCP_FLAGS_MASK);
        }
      }
      case IpProtocol.ICMP, IpProtocol.ICMPV6 -> {
        if (has(at, 2)) {
          set(FlowKey.ICMP_TYPE, Bytes.u8(data, at));
          set(FlowKey.ICMP_CODE, Bytes.u8(data, at + 1));
        }
      }
      default -> {
        // no fields of these
      }
    }
  }

  private void arp(int at) {
    // Ethernet and IPv4 alone, as the kernel has it
    if (has(at, 28) && Bytes.i32(data, at) == 0x0001_0800 && Bytes.u16(data, at + 4) == 0x0604) {
      set(FlowKey.ARP_OP, Bytes.u16(data, at + 6));
      set(FlowKey.ARP_SHA, Bytes.u48(data, at + 8));
      set(FlowKey.ARP_SIP, Bytes.u32(data, at + 14));
      set(FlowKey.ARP_THA, Bytes.u48(data, at + 18));
      set(FlowKey.ARP_TIP, Bytes.u32(data, at + 24));
    }
  }
}
