/**
 * Connection tracking: which packets belong together, in which state their conversation is, and
 * into what its addresses are translated (Linux: {@code nf_conntrack_core.c}).
 *
 * <p>What there is: a {@link dev.patchbay.stack.conntrack.Conntrack} for each namespace, of both
 * families, with a {@link dev.patchbay.stack.conntrack.ConnectionTable} of {@link
 * dev.patchbay.stack.conntrack.Connection}s. A connection stands in it twice: by the {@link
 * dev.patchbay.stack.conntrack.Tuple} of its first packet and by that of the answer, which differs
 * from the first one's inverse where addresses are translated. So each packet costs one look-up,
 * whichever way it goes. {@link dev.patchbay.stack.conntrack.ConnectionExpiry} ends what was not
 * heard of for its time-out. Protocols are {@link dev.patchbay.stack.conntrack.ProtocolTracker}s:
 * {@link dev.patchbay.stack.conntrack.TcpTracker} with its table of states and windows, UDP, ICMP,
 * the rest.
 *
 * <p>The way of a packet: in PREROUTING and OUTPUT, behind table raw, {@code Conntrack.track} finds
 * its connection or makes one and leaves it in {@code Packet.tracking}, and in {@code
 * Packet.trackingInfo} how the packet stands to it. A connection that is new is known by its packet
 * alone until that has been through all rules: {@code Conntrack.confirm}, last in INPUT and
 * POSTROUTING, puts it in the table; where the packet is dropped before, nothing is left. An ICMP
 * error belongs to the connection of the packet that it quotes. Fragments are joined before
 * (package {@code ip}).
 *
 * <p>Tracking is there while a rule needs it, for each family apart; else no packet comes here.
 * Translation stands in package {@code nat}.
 *
 * <p>Bounds: {@code nf_conntrack_max} connections; at that, one that is not assured is given up for
 * a new one, and where none is found the new packet is dropped. Keys are hashed with a secret. What
 * one connection keeps is less than 300 bytes, the table included; {@code ConntrackMemoryTest}
 * counts.
 *
 * <p>Events: what one packet does to its connection is noted and told at once when the packet is
 * through; listeners are {@link dev.patchbay.stack.conntrack.ConntrackListener}s. Commands look at
 * all connections ({@code Conntrack.all}), make one ({@code describe}, {@code insert}) and end one
 * ({@code kill}). A rule counts those of a network with a {@link
 * dev.patchbay.stack.conntrack.ConnectionCount}.
 *
 * <p>Where to add: a protocol as a {@code ProtocolTracker} in {@code Conntrack.tracker}; a helper
 * as a {@link dev.patchbay.stack.conntrack.Helper} in {@code Conntrack.helpers}.
 */
@NullMarked
package dev.patchbay.stack.conntrack;

import org.jspecify.annotations.NullMarked;
