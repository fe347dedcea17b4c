/**
 * The DNS forwarder of the appliance, at 10.0.2.3 and fec0::3, by UDP and TCP (RFC 1035, 7766).
 *
 * <pre>
 *   UdpSocket | TcpSocket port 53 -> DnsUdpService | DnsTcpService -> DnsForwarder.query
 *      -> DnsNames (own names) | DnsUpstream (a host socket of its own per query) -> answer
 * </pre>
 *
 * <p>{@link dev.patchbay.backend.dns.DnsForwarder} is logic alone; {@link
 * dev.patchbay.backend.dns.NettyDnsUpstream} has the host's sockets, {@link
 * dev.patchbay.backend.dns.HostResolvers} follows {@code /etc/resolv.conf} away from the loop.
 * Messages are passed on as they are but for the identifier, so EDNS and new types go through. A
 * further name of our own goes into {@code DnsNames}.
 */
@NullMarked
package dev.patchbay.backend.dns;

import org.jspecify.annotations.NullMarked;
