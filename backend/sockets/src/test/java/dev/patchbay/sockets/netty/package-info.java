/**
 * Netty on the virtual network: {@link dev.patchbay.sockets.netty.TwoNetworks} joins two networks
 * by a cable on a real loop; clients stand in one, servers in the other. A test that begins with
 * {@code nets} has both, and ends by seeing that no packet is left.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.sockets.netty;
