package dev.patchbay.stack.route;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/**
 * What a packet is looked up by (Linux: {@code struct flowi4}, {@code flowi6}). Plain fields that
 * their owner fills again for each look-up, so that none allocates: {@link #to} first, which
 * forgets all that was there. Of the loop's thread.
 */
public final class FlowKey {
  /** MAX_FLOW_DISSECT_HDRS. */
  private static final int MAX_HEADERS = 15;

  /** The source; any where it is not chosen yet. */
  public long srcHi;

  public long srcLo;

  /** The destination. */
  public long dstHi;

  public long dstLo;

  /** The device by which it came in; null for what is made here. */
  public @Nullable NetDevice input;

  /** The only device that it may leave by ({@code SO_BINDTODEVICE}), or null. */
  public @Nullable NetDevice output;

  /** Of routes of one prefix the one by this device counts, or null ({@code rt6_device_match}). */
  public @Nullable NetDevice preferred;

  /** {@code SO_MARK}, or what was set on the way. */
  public int mark;

  /** Type of service or traffic class, 0 to 255. */
  public int tos;

  /** Protocol above IP, 0 where it is not known. */
  public int protocol;

  /** Ports, 0 to 65535; 0 where there are none. */
  public int sourcePort;

  public int destinationPort;

  /** IPv6's flow label, 20 bits. */
  public int flowLabel;

  /** Begins a key for packets of ours to a destination; all else is open. */
  public FlowKey to(long hi, long lo) {
    dstHi = hi;
    dstLo = lo;
    srcHi = 0;
    srcLo = Addresses.isV4(hi, lo) ? Addresses.V4_PREFIX : 0;
    input = null;
    output = null;
    preferred = null;
    mark = 0;
    tos = 0;
    protocol = 0;
    sourcePort = 0;
    destinationPort = 0;
    flowLabel = 0;
    return this;
  }

  /** Sets the source. */
  public FlowKey from(long hi, long lo) {
    srcHi = hi;
    srcLo = lo;
    return this;
  }

  /** Sets the only device by which it may leave, null for any. */
  public FlowKey by(@Nullable NetDevice device) {
    output = device;
    return this;
  }

  /**
   * Takes protocol and ports of a packet whose l3 and l4 are set ({@code
   * fib4_rules_early_flow_dissect}); a fragment is not looked into. Behind IPv6's header come first
   * those of options and routes, at most as many as {@code flow_dissector} walks.
   */
  public void ports(Packet packet) {
    protocol = packet.protocol;
    int l4 = packet.l4;
    for (int left = MAX_HEADERS; left > 0 && isSkipped(packet, l4); left--) {
      protocol = Bytes.u8(packet.data, l4);
      l4 += Bytes.u8(packet.data, l4 + 1) + 1 << 3;
    }
    sourcePort = 0;
    destinationPort = 0;
    boolean has =
        protocol == IpProtocol.TCP || protocol == IpProtocol.UDP || protocol == IpProtocol.UDPLITE;
    if (has && l4 + 4 <= packet.tail && !(packet.isIpv4() && packet.ipv4().isFragment())) {
      sourcePort = Bytes.u16(packet.data, l4);
      destinationPort = Bytes.u16(packet.data, l4 + 2);
    }
  }

  private boolean isSkipped(Packet packet, int l4) {
    return !packet.isIpv4()
        && l4 + 8 <= packet.tail
        && (protocol == IpProtocol.HOP_BY_HOP
            || protocol == IpProtocol.ROUTING
            || protocol == IpProtocol.DESTINATION);
  }
}
