/**
 * Translation of addresses and ports (Linux: {@code nf_nat_core.c}, {@code nf_nat_proto.c}; BCP
 * 127, RFC 5382, RFC 5508).
 *
 * <p>How a connection is translated is settled once, by its first packet: {@link
 * dev.patchbay.stack.nat.Nat#settle} looks for a tuple that no other connection has within a {@link
 * dev.patchbay.stack.nat.NatRange} and tells the connection what its answers will have. Where no
 * rule of table nat says anything it is settled too, into itself where that is free. All packets,
 * the first one included, are then changed as the two tuples of their connection say ({@link
 * dev.patchbay.stack.nat.PacketMangler}): the destination in PREROUTING and OUTPUT, the source in
 * INPUT and POSTROUTING, answers the other way round. Of an ICMP error what it quotes is changed
 * too.
 *
 * <p>The targets that settle it stand in {@code netfilter.targets}. What has an address of a device
 * of ours ({@code MASQUERADE}) ends with it: {@link dev.patchbay.stack.nat.Masquerades}. What FTP
 * and TFTP announce is translated by package {@code conntrack.helper}.
 *
 * <p>Checksums are updated by what has changed (RFC 1624), never made anew: a packet that was wrong
 * stays wrong. The one of ICMP errors is made anew after it was found right, that of SCTP always.
 */
@NullMarked
package dev.patchbay.stack.nat;

import org.jspecify.annotations.NullMarked;
