/**
 * Sockets below the transports: raw ones of IPv4 and IPv6 (Linux: {@code raw.c}) and those of whole
 * frames (Linux: {@code af_packet.c}).
 *
 * <pre>
 *   Transports.deliver -> RawEngine.deliver: a copy to each raw socket of the protocol that fits
 *       (addresses, device, group filter, ICMP filter, checksum) -> its ReceiveBuffer
 *   RawSocket.sendTo -> SocketOutput.resolve -> header by us, or by the user (IP_HDRINCL)
 *   IcmpInput -> RawEngine.icmpError
 *   NetDevice.receive, transmit (taps) | deliverUp (protocol taps) -> PacketSocket.seen: a copy
 *   PacketSocket.send -> NetDevice.transmit
 * </pre>
 *
 * <p>A packet that is queued belongs to its socket; {@code [head, tail)} is what the user reads: of
 * IPv4 from its header on, of IPv6 from behind all headers on, of packet sockets from the link
 * header or (SOCK_DGRAM) from behind it on.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.raw;
