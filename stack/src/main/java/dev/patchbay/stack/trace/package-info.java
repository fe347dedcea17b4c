/**
 * Following packets on their way (Linux: {@code nft_trace}): each step that {@code patchbay trace}
 * prints.
 *
 * <p>Live: a {@link dev.patchbay.stack.trace.TraceReader} is added to the {@link
 * dev.patchbay.stack.trace.Tracing} of a namespace ({@code Netfilter.tracing}). At each hook it is
 * asked about packets that nobody follows, and by the target TRACE about those that it marks; what
 * it wants gets a {@link dev.patchbay.stack.trace.Trace}, which hangs on the packet as {@code
 * Packet.trace} from then on, goes with its copies and fragments into bridges and other namespaces,
 * and ends where the packet does. Whoever makes a step looks whether there is one and tells it: the
 * tables of rules and policies, the IP layer of routes, {@code Transports} of what is for us,
 * {@code NetDevice} of what leaves, {@code PacketPool} of drops.
 *
 * <p>Described ("what would happen to …"): {@link dev.patchbay.stack.ip.DescribedWay} takes a
 * packet that nobody sent along the decisions of the IP layer and the bridge, which it asks without
 * acting: {@code HookPoint.describes} runs the rules with {@code PacketFields.described} set, where
 * no counter is moved, no condition that remembers is asked and targets change nothing but the
 * packet. The tests send the same packets and compare both ways, step for step.
 *
 * <p>Where to add: a step to {@code Trace}, where it is made and in {@code DescribedWay}; its words
 * to {@code admin.trace}.
 */
@NullMarked
package dev.patchbay.stack.trace;

import org.jspecify.annotations.NullMarked;
