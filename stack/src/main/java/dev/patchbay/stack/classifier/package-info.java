/**
 * Filters of traffic control and their actions (Linux's {@code cls_*} and {@code act_*} in {@code
 * net/sched}).
 *
 * <p>The way of a packet:
 *
 * <pre>
 *   NetDevice.receive, .transmit          a device with an ingress or clsact qdisc: DeviceQueueing asks
 *   PrioQdisc, FqCodelQdisc.enqueue       a qdisc with filters: which class
 *     -&gt; FilterChain.classify             groups by preference, those of the packet's protocol
 *       -&gt; FilterGroup.classify           filters in their order: Filter.matches (MatchallFilter,
 *                                         U32Filter, FlowerFilter, FwFilter)
 *         -&gt; Action.run                   one after the other while each says PIPE (GactAction,
 *                                         MirredAction, SkbeditAction, VlanAction)
 *     &lt;- Verdict                          goes on, is dropped, was taken
 * </pre>
 *
 * <p>A chain belongs to one device and direction, or to one qdisc, and to the loop of its
 * namespace. Filters are kept in arrays that an administrator's change replaces; a packet walks
 * them and allocates nothing. How often actions may lead into one another is bounded ({@link
 * dev.patchbay.stack.classifier.ActionTable}).
 *
 * <p>A new kind of filter is a subclass of {@link dev.patchbay.stack.classifier.Filter} and a line
 * in {@link dev.patchbay.stack.classifier.FilterKind}, a new action one of {@link
 * dev.patchbay.stack.classifier.Action}; their words stand in {@code stack.admin.tc}.
 */
@NullMarked
package dev.patchbay.stack.classifier;

import org.jspecify.annotations.NullMarked;
