/**
 * The user-mode uplink: what stands behind {@code host0}. Traffic of guests leaves through ordinary
 * sockets of the host, without privileges, and looks to the guest as if the world had answered.
 *
 * <pre>
 *   host0.transmit -> Outside.receive          (routed out: the world)
 *   input, no socket -> Outside.receiveLocal   (an address of ours: the host's loopback)
 *      TCP  -> Policy -> TcpEngine.receive -> TcpRelay.onSyn -> HostConnect (parked) -> TcpFlow <-> host socket
 *      UDP  -> ForwardTable.reply | DatagramRelay.udp -> UdpFlow -> DatagramBurst -> host socket
 *      ICMP -> DatagramRelay.ping -> PingFlow -> ping or raw socket; errors about our segments -> TcpEngine.icmpError
 *   host socket readable -> TcpFlow | DatagramFlow -> Emitter -> Inside.enter (by host0) | Inside.output (own address)
 *   forward: StreamForward.accepted -> TcpRelay.open -> TcpFlow; UdpForward.received -> Emitter
 * </pre>
 *
 * <p>What is refused: with {@code --restrict} everything that leaves by {@code host0} (ICMP
 * "administratively prohibited"); a port of ours that does not lead to the host's loopback is left
 * to the namespace, which answers as for a closed port; the appliance's own control side gets a
 * RST, for UDP "port unreachable" (HOST_SELF); loopback, multicast, broadcast, 0/8, 240/4 and,
 * unless allowed, link-local destinations "administratively prohibited" (HOST_DENIED). A connect of
 * the host that times out is answered by silence, as the world did. Ping sockets are tried before
 * raw ones, since their kernel filters.
 *
 * <p>What routers of the world say comes back: the quotation is the guest's packet as it was sent,
 * its hop limit goes out with datagrams, echo requests and SYNs that have few hops left, so that
 * traceroute sees each router. "Too big" for a datagram or an echo request goes to the guest; a TCP
 * stream ends here, so its path is the host's own affair.
 *
 * <p>TCP's urgent data is passed in line (RFC 6093 section 6): each byte arrives where it stood,
 * the pointer does not. An application that relies on it (telnet's synch) reads the data mark from
 * the stream.
 *
 * <p>Flows are limited per guest (an address behind a port), per port (half of all) and in all; a
 * UDP datagram or echo request beyond is dropped, a SYN refused, both as HOST_FLOW_LIMIT.
 *
 * <p>Each namespace with an uplink has an {@code Outside}, the first of them host0's; the others
 * have its limits, counters and buffers ({@code Shared}), and end with their device.
 *
 * <p>A new protocol: its case in {@code Outside.dispatch}, a relay beside {@code DatagramRelay},
 * its limits in {@code UplinkOptions}. A new rule of policy: {@code Policy.isRefused}.
 *
 * <p>RFC 4787 (UDP mapping and filtering), RFC 5382 (TCP), RFC 5508 (ICMP), RFC 6890 (addresses
 * that no wire carries).
 */
@NullMarked
package dev.patchbay.backend.uplink;

import org.jspecify.annotations.NullMarked;
