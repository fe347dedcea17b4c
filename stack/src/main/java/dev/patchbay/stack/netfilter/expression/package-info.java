/**
 * What a rule asks of a packet, free of any command's words: {@link
 * dev.patchbay.stack.netfilter.expression.Field}s taken from {@link
 * dev.patchbay.stack.netfilter.expression.PacketFields}, and {@link
 * dev.patchbay.stack.netfilter.expression.Condition}s over them. A front end (that of iptables, one
 * of nftables) makes these; {@link dev.patchbay.stack.netfilter.ChainIndex} reads from them by
 * which packets a rule can be met at all.
 *
 * <p>A condition without state is immutable and may stand in several rules; one with state (a
 * limit) belongs to its rule, or is shared by name with others: then it is one of {@link
 * dev.patchbay.stack.netfilter.state.SharedStates}, which {@link
 * dev.patchbay.stack.netfilter.expression.Condition#bind} takes. None allocates or throws when it
 * is asked, and what one costs is bounded by the length of the packet. One that can be asked only
 * at some hooks says so ({@link dev.patchbay.stack.netfilter.expression.PlacedCondition}).
 */
@NullMarked
package dev.patchbay.stack.netfilter.expression;

import org.jspecify.annotations.NullMarked;
