/**
 * Who has which link-layer address: one table for both families with the states of RFC 4861 section
 * 7.3.2 (Linux: {@code neighbour}), fed by ARP (RFC 826) and Neighbour Discovery (RFC 4861).
 *
 * <pre>
 *   IpOutput.finish -> NeighbourTable.output -> known: Ethernet header, NetDevice.transmit
 *                                            -> NudMachine.send: queue, solicit (ArpProtocol | NdpProtocol), time out: unreachable
 *   ArpProtocol.receive | NdpProtocol.receive -> NeighbourTable.heard -> NudMachine.update -> what waited is sent
 *                                             -> answers, for others where ProxyTable says so
 * </pre>
 *
 * <p>Which state follows which stands in {@link dev.patchbay.stack.neighbour.NudTable}, what is
 * done then in {@link dev.patchbay.stack.neighbour.NudMachine}, all numbers in {@link
 * dev.patchbay.stack.neighbour.NeighbourSettings} under their names of Linux.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.neighbour;
