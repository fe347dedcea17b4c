/**
 * Packet for packet: the same topology made by the same words in Linux and in ours, the same random
 * packets into both one after the other, and the same packets out.
 *
 * <pre>
 *   Topologies   -- words and stations --> Router (OurRouter | UmlRouter)
 *   PacketSource -- seed n: a frame for a port --> both Routers
 *   FrameText    -- what comes out, as a line: what each side chooses itself is masked
 *   Comparison   -- the lines held against each other; Recording: against those of a file
 * </pre>
 *
 * <p>Linux is Debian's User-Mode Linux 6.1, whose cables are UDP sockets of ours (L2TPv3), without
 * root. The files in the resources are what it sent; {@code PacketForPacketTest} holds ours against
 * them. it-tests ask it anew, 10 000 packets a topology. What differs on purpose stands in {@code
 * differences.txt} and in {@link dev.patchbay.stack.oracle.Wanted}. Another topology is one in
 * {@code Topologies}, another kind of packet a method of {@code Ipv4Source} or {@code Ipv6Source};
 * afterwards the files are recorded again: {@code Comparison record}.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.oracle;
