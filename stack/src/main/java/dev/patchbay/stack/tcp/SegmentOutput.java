package dev.patchbay.stack.tcp;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/** Where segments go: the owner of the engine, who adds the IP header and knows the routes. */
public interface SegmentOutput {
  /**
   * Takes a segment and sends it towards {@code dst}.
   *
   * <p>{@code packet.head == packet.l4} is the start of the TCP header, with {@link
   * Packet#HEADROOM} bytes free before it. The checksum state is {@link Packet#CHECKSUM_PARTIAL}:
   * the field holds the folded pseudo-header sum over the whole segment. The gso fields are set
   * where it is longer than one MSS; {@code packet.tos} is the TOS or traffic class, {@code
   * packet.ttl} the hop limit (0: the default).
   *
   * <p>Only called at the end of a turn, never from within {@link TcpEngine#receive} or a call of a
   * user. It may lead back to {@link TcpEngine#receive} at once.
   */
  void send(Packet packet, long srcHi, long srcLo, long dstHi, long dstLo);

  /**
   * The device by which a segment came, as sockets that are bound to one see it ({@code inet_iif}):
   * for what we sent to ourselves the one that bears the address.
   */
  default @Nullable NetDevice receivedBy(Packet packet) {
    return packet.device;
  }

  /** Path MTU towards the peer in bytes, IP header included: 576 (IPv6: 1280) to 65535. */
  int mtu(long srcHi, long srcLo, long dstHi, long dstLo);

  /**
   * Whether an end of a connection may have this address: no group, no broadcast, not 0.0.0.0 or ::
   * (RFC 9293 sections 3.9.1.1 and 3.9.2.3). Who knows of subnets also denies their broadcasts.
   * Asked once for each SYN and RST, not for each segment.
   */
  default boolean isUnicast(long hi, long lo) {
    return !Addresses.isMulticast(hi, lo)
        && !Addresses.isLimitedBroadcast(hi, lo)
        && !Addresses.isAny(hi, lo);
  }

  /**
   * Chooses the local address of an open that names none (MUST-44).
   *
   * @param source takes the address, high half and low half
   * @return false where none of ours can be used towards the peer, or the output knows of none
   */
  default boolean chooseSource(long dstHi, long dstLo, long[] source) {
    return false;
  }
}
