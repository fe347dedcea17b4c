/**
 * Netfilter: the hooks of both families, the tables of iptables on them, and how a packet goes
 * through (Linux: {@code nf_hook_slow}, {@code nft_do_chain}, {@code ipt_do_table}).
 *
 * <p>What there is: a {@link dev.patchbay.stack.netfilter.Netfilter} for each namespace has a
 * {@link dev.patchbay.stack.netfilter.FamilyTables} for IPv4 and one for IPv6. Each holds up to one
 * {@link dev.patchbay.stack.netfilter.Table} of a {@link
 * dev.patchbay.stack.netfilter.place.TableKind}, and for each {@link
 * dev.patchbay.stack.netfilter.place.Hook} a {@link dev.patchbay.stack.netfilter.HookPoint} with
 * the tables attached there in the order of Linux's priorities. A table has {@link
 * dev.patchbay.stack.netfilter.Chain}s of {@link dev.patchbay.stack.netfilter.Rule}s; a rule is a
 * list of {@link dev.patchbay.stack.netfilter.expression.Condition}s, which all must hold, and what
 * is done then: a {@link dev.patchbay.stack.netfilter.targets.Target} or a jump. Nothing here knows
 * the words of iptables: those stand in {@code admin.iptables}, which leaves its own record of a
 * rule with it.
 *
 * <p>The way of a packet: the IP layer asks {@code HookPoint.accepts}, which costs one comparison
 * where nothing is attached. Else the packet's fields are taken out once ({@link
 * dev.patchbay.stack.netfilter.expression.PacketFields}), and each table runs from its base chain:
 * {@code Chain.next} names the first rule at or behind a place that the packet may match (a {@link
 * dev.patchbay.stack.netfilter.ChainIndex} knows it without a walk), its conditions are tried, its
 * counter is moved, and its verdict ends the table or the walk goes on behind it. A packet that is
 * not accepted is dropped and counted here; the caller has nothing more to do with it. Who follows
 * the packet (package {@code trace}) is told of each step. {@code HookPoint.describes} asks the
 * same of a packet that nobody has sent: with {@code PacketFields.described} no counter is moved,
 * conditions that remember are not asked, and targets say what they would do ({@code
 * Target.describe}).
 *
 * <p>Changes: a {@link dev.patchbay.stack.netfilter.TableDraft} is a table being changed. It shares
 * what it does not change, is checked as a whole (loops, depth of jumps, targets where they may not
 * stand) and then takes the place of the table in one step; rules that live on keep their counters.
 * Where a draft fails nothing has happened. A draft may be made on another thread, of a {@link
 * dev.patchbay.stack.netfilter.TableSet}; only taking the place is of the loop. What rules remember
 * under a name ({@code state}) they take in that step, so that it lives as long as one of them
 * stands.
 *
 * <p>Sets that rules ask and change stand beside the tables, in {@code ipset}.
 *
 * <p>Where to add: a field of packets to {@code expression.Field}, a kind of test to {@code
 * expression}, what a rule may do to {@code targets} (what it writes down of packets: {@code log});
 * what asks for connections, or changes them, to {@code connection}; their words to {@code
 * admin.iptables}.
 */
@NullMarked
package dev.patchbay.stack.netfilter;

import org.jspecify.annotations.NullMarked;
