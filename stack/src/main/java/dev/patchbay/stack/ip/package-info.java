/**
 * The Internet layer of both families: input, forwarding, output, fragmentation and reassembly.
 *
 * <pre>
 *   NetDevice.receive -> Ipv4Input.receive (ip_rcv) -> Fib.lookup
 *      local   -> Ipv4Input.deliver (ip_local_deliver, Reassembler) -> Transports -> icmp | udp | tcp | LocalFallback
 *      else    -> Ipv4Input.forward (ip_forward) -> IpOutput.finish
 *   transports -> IpOutput.send (ip_queue_xmit) -> IpOutput.finish (ip_finish_output, Fragmenter) -> NeighbourTable.output
 * </pre>
 *
 * <p>IPv6 has the same methods under the same names ({@code ip6_rcv} …). Addresses are two longs,
 * see {@link dev.patchbay.stack.wire.Addresses}; {@link dev.patchbay.stack.ip.IpAddress} is the
 * value class for administration.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.ip;
