/**
 * The packet (Linux's {@code sk_buff}), its pool and queues, and the reasons for which packets are
 * dropped.
 *
 * <p>A {@link dev.patchbay.stack.packet.Packet} has exactly one owner. Passing it to a method that
 * takes a packet gives it away; who owns it in the end releases it, queues it or drops it with a
 * {@link dev.patchbay.stack.packet.DropReason}.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.packet;
