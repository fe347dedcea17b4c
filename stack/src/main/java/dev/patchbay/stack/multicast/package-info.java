/**
 * Multicast group membership: IGMPv1 to v3 (RFC 1112, 2236, 3376) and MLDv1 and v2 (RFC 2710, 3810)
 * as a host speaks them (Linux: {@code igmp.c}, {@code mcast.c}).
 *
 * <pre>
 *   a socket's option -> Memberships (one socket: group, device, SourceFilter)
 *     -> MulticastEngine.change -> InterfaceGroups (one device and family)
 *          -> GroupState.merge (RFC 3376 section 3.2) -> what changed is pending, sent now and again
 *          -> GroupMessages: Igmp | Mld write reports
 *   a query   -> Igmp.receive | Mld.receive -> InterfaceGroups.query -> a timer with a random delay
 *   a packet  -> Ipv4Input | Ipv6Input -> MulticastEngine.accepts (ip_check_mc)
 *             -> UdpSocket.wantsOfMany -> Memberships.allows (ip_mc_sf_allow)
 * </pre>
 *
 * <p>The protocols of both families differ in addresses and formats alone; the states and timers
 * are in {@link dev.patchbay.stack.multicast.InterfaceGroups}. Only Ethernet devices that are no
 * bridge ports report. 224.0.0.1, ff02::1 and the groups of scope 1 are always joined and never
 * reported. What Linux does where the RFCs leave a choice is done here; a query for sources of a
 * group that is in mode EXCLUDE is answered by its whole state, as Linux does.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.multicast;
