/**
 * The DHCPv4 server of one device (RFC 2131, RFC 2132). Package {@code service} gives each device
 * that is to have one its own.
 *
 * <pre>
 *   UdpSocket port 67 -> DhcpService.onDatagram -> DhcpMessage.parse -> DhcpServer.handle
 *      -> LeaseTable (who has what) -> DhcpReplies (options) -> DhcpService.send -> UdpSocket
 * </pre>
 *
 * <p>{@link dev.patchbay.backend.dhcp.DhcpServer} is logic alone: no socket, no file, a clock from
 * outside. Leases are kept over restarts by a {@link dev.patchbay.backend.dhcp.LeaseStore}, which
 * writes away from the loop. A further option of the answers goes into {@code DhcpReplies}, a
 * setting into {@link dev.patchbay.backend.dhcp.DhcpSettings}.
 *
 * <p>What differs from the RFC: an address is not probed by ICMP echo before it is offered (the
 * SHOULD of RFC 2131 section 2.2), since the server hands out addresses of a link whose clients
 * check by ARP themselves and DECLINE; the server is the only authority of its link, so it refuses
 * an address of the right subnet that cannot be had, also where it has no record of the client.
 */
@NullMarked
package dev.patchbay.backend.dhcp;

import org.jspecify.annotations.NullMarked;
