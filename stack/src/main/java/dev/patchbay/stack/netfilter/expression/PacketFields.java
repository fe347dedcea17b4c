package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import org.jspecify.annotations.Nullable;

/**
 * What conditions ask of one packet at one hook (Linux: {@code struct nft_pktinfo}). Its owner
 * fills it for each packet, so that none allocates. The packet's l3 is set and its IP header
 * checked; where its transport header begins is found here, since a forwarded IPv6 packet's
 * extension headers were not walked before.
 */
public final class PacketFields {
  /** The packet; never null while conditions are asked. */
  private @Nullable Packet packet;

  /** Where it is. */
  public Hook hook = Hook.PREROUTING;

  /** The devices by which it came in and leaves; null where there is none (yet). */
  public @Nullable NetDevice in;

  public @Nullable NetDevice out;

  /** The bridge ports behind these, of a bridged frame. */
  public @Nullable NetDevice physicalIn;

  public @Nullable NetDevice physicalOut;

  /** Whether it goes from one port of a bridge to another, not through the IP layer. */
  public boolean bridged;

  /**
   * Whether nobody has sent the packet: it is asked what would become of it. Then nothing but the
   * packet may change, and nothing may leave.
   */
  public boolean described;

  /** ns of the loop's monotonic clock when it came to the hook. */
  public long now;

  public boolean v4;
  public long srcHi;
  public long srcLo;
  public long dstHi;
  public long dstLo;

  /** The protocol above IP and its extension headers. */
  public int protocol;

  /** Absolute offset of the transport header. */
  public int transport;

  /** Whether it is a fragment other than the first: it has no transport header. */
  public boolean laterFragment;

  /** Whether it is a fragment at all. */
  public boolean fragment;

  /** Bytes of the packet from the IP header on. */
  public int length;

  /**
   * Set by a condition for which the packet is cut short: it is dropped, whatever rule follows
   * ({@code hotdrop}).
   */
  public boolean hotDrop;

  /** Whether it is to be routed again behind OUTPUT, and by which mark. */
  public boolean diverted;

  public int routeMark;

  /** The packet. */
  public Packet packet() {
    Packet there = packet;
    if (there == null) {
      throw new IllegalStateException("no packet");
    }
    return there;
  }

  /** Takes the fields of a packet. */
  public void load(
      Packet of, Hook at, @Nullable NetDevice from, @Nullable NetDevice to, long time) {
    packet = of;
    hook = at;
    in = from;
    out = to;
    physicalIn = null;
    physicalOut = null;
    bridged = false;
    described = false;
    now = time;
    hotDrop = false;
    diverted = false;
    routeMark = 0;
    v4 = of.isIpv4();
    length = of.tail - of.l3;
    if (v4) {
      Ipv4 ip = of.ipv4();
      srcHi = 0;
      srcLo = ip.source();
      dstHi = 0;
      dstLo = ip.destination();
      protocol = ip.protocol();
      transport = of.l3 + ip.headerLength();
      laterFragment = ip.fragmentOffset() != 0;
      fragment = ip.isFragment();
    } else {
      Ipv6 ip = of.ipv6();
      srcHi = ip.sourceHi();
      srcLo = ip.sourceLo();
      dstHi = ip.destinationHi();
      dstLo = ip.destinationLo();
      protocol = ip.nextHeader();
      transport = of.l3 + Ipv6.LENGTH;
      laterFragment = false;
      fragment = false;
      walkExtensions(of);
    }
  }

  /** Lets go of the packet. */
  public void clear() {
    packet = null;
    in = null;
    out = null;
    physicalIn = null;
    physicalOut = null;
  }

  /**
   * {@code ipv6_find_hdr}: to the first header that is no extension, however many there are; each
   * has eight bytes at least.
   */
  private void walkExtensions(Packet of) {
    while (transport + 8 <= of.tail) {
      boolean options =
          protocol == IpProtocol.HOP_BY_HOP
              || protocol == IpProtocol.DESTINATION
              || protocol == IpProtocol.ROUTING;
      if (!options && protocol != IpProtocol.FRAGMENT && protocol != IpProtocol.AH) {
        return;
      }
      int next = Bytes.u8(of.data, transport);
      if (options) {
        transport += (Bytes.u8(of.data, transport + 1) + 1) << 3;
      } else if (protocol == IpProtocol.AH) {
        transport += (Bytes.u8(of.data, transport + 1) + 2) << 2;
      } else {
        int word = Bytes.u16(of.data, transport + 2);
        fragment = true;
        laterFragment = word >>> 3 != 0;
        transport += 8;
      }
      protocol = next;
      if (laterFragment) {
        return;
      }
    }
  }

  /**
   * Whether the transport header has at least {@code bytes}. One that has not is just not met
   * ({@code nft_payload_eval}).
   */
  public boolean reaches(int bytes) {
    return !laterFragment && transport + bytes <= packet().tail;
  }

  /**
   * Whether the transport header has at least {@code bytes}. Where it should and has not, the
   * packet is to be dropped ({@code skb_header_pointer}); a later fragment just has none.
   */
  public boolean hasTransport(int bytes) {
    if (laterFragment) {
      return false;
    }
    if (transport + bytes > packet().tail) {
      hotDrop = true;
      return false;
    }
    return true;
  }
}
