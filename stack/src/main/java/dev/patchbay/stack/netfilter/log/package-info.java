/**
 * What rules write down of packets. LOG: a line of text for each packet ({@link
 * dev.patchbay.stack.netfilter.log.PacketLog}, as Linux's {@code nf_log_syslog} words it), given to
 * a {@link dev.patchbay.stack.netfilter.log.LogSink} of the daemon's. NFLOG: the packet with what
 * is known about it ({@link dev.patchbay.stack.netfilter.log.LogGroups}, in the form of {@code
 * nfnetlink_log}), given to who listens to its group.
 *
 * <p>Lines are bounded in number, so that guests fill no disk: {@value
 * dev.patchbay.stack.netfilter.log.PacketLog#RATE} a second of each namespace, {@value
 * dev.patchbay.stack.netfilter.log.PacketLog#BURST} at once. Nothing is allocated for a packet.
 */
@NullMarked
package dev.patchbay.stack.netfilter.log;

import org.jspecify.annotations.NullMarked;
