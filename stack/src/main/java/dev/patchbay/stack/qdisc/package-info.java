/**
 * Queueing disciplines (Linux's {@code net/sched}): what waits, is delayed, lost or dropped between
 * {@link dev.patchbay.stack.device.NetDevice} and where it leads.
 *
 * <p>The way of a packet:
 *
 * <pre>
 *   NetDevice.transmit             no qdisc: one null check, and it is sent
 *     -&gt; QdiscTree.transmit        where a netem or tbf is in the tree, in segments (SegmentCutter)
 *       -&gt; Qdisc.enqueue           of the root, which gives it to its children: prio by band, tbf to
 *                                  its only one, netem when its delay is over
 *       -&gt; QdiscTree.run           Qdisc.dequeue of the root until it has nothing that may go now
 *         -&gt; QdiscDevice.send      counts, taps, where the device leads
 *     &lt;- QdiscTree.wake            a qdisc that holds something back names the time; the timer runs
 *                                  the tree again, up to one tick of the wheel (1 ms) late
 * </pre>
 *
 * <p>A tree belongs to one device and direction and to the loop of its namespace. Frames that come
 * in by a device have one of their own where {@code ingress netem} was asked for: its outlet is the
 * rest of {@code NetDevice.receive}.
 *
 * <p>{@link dev.patchbay.stack.qdisc.Qdisc} keeps what all have: handle, parent, counters, the
 * packet that was looked at. {@link dev.patchbay.stack.qdisc.QdiscTree} is Linux's {@code
 * sch_api.c}: which are there, and the rules by which one is added, changed, replaced and deleted.
 * Counters and states change as in Linux 6.1; a packet that is queued here stays on the account on
 * which it was.
 *
 * <p>A new kind is a subclass of Qdisc, its options as a record, a line in {@link
 * dev.patchbay.stack.qdisc.QdiscKind}, and its words in {@code stack.admin} ({@code TcKind}).
 */
@NullMarked
package dev.patchbay.stack.qdisc;

import org.jspecify.annotations.NullMarked;
