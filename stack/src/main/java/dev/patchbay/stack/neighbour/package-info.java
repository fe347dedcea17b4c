/**
 * Who has which link-layer address: one table for both families with the states of RFC 4861 section
 * 7.3.2 (Linux: {@code neighbour}), fed by ARP (RFC 826) and Neighbour Discovery (RFC 4861).
 *
 * <pre>
 *   IpOutput.finish -> NeighbourTable.output -> known: Ethernet header, NetDevice.transmit
 *                                            -> unknown: queue, solicit (ArpProtocol | NdpProtocol), time out: unreachable
 * </pre>
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.neighbour;
