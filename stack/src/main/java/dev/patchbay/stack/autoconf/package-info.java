/**
 * A host's side of router discovery: stateless address autoconfiguration (RFC 4861 sections 6.3,
 * RFC 4862, RFC 4191; Linux: {@code ndisc_router_discovery}, {@code addrconf_prefix_rcv}).
 *
 * <pre>
 *   a device comes up -> RouterDiscovery.linkEvent -> RouterSolicitor -> NdpProtocol.transmit
 *   NdpProtocol.receive -> RouterDiscovery.advertised -> RouterAdvertisement.parse
 *      -> LearnedRoutes (default routers, prefixes on the link, routes)  -> Fib
 *      -> AutoAddresses                                                  -> InterfaceAddresses
 * </pre>
 *
 * <p>A router takes no advertisements, so that nothing of this happens unless {@code accept_ra} of
 * a device is 2, or 1 where it does not forward. What a device does is in its {@link
 * dev.patchbay.stack.conf.Ipv6Key}s, to which the hop limit told goes too; the times told go to its
 * {@link dev.patchbay.stack.neighbour.NeighbourSettings}. Whatever an advertisement can fill has a
 * limit for each device, and what is beyond is counted. A further option is read in {@code
 * RouterAdvertisement} and done in {@code RouterDiscovery.advertised}.
 */
@NullMarked
package dev.patchbay.stack.autoconf;

import org.jspecify.annotations.NullMarked;
