/**
 * The words of {@code iptables}, {@code ip6tables}, {@code -save} and {@code -restore} as iptables
 * 1.8.9 (nf_tables) has them.
 *
 * <p>The way of a command: {@link dev.patchbay.stack.admin.iptables.IptablesCommand} hands its
 * words to a {@link dev.patchbay.stack.admin.iptables.CommandParser}, which reads them as {@code
 * getopt_long} does, with the options of each match and target that has been named so far. What a
 * rule says is a {@link dev.patchbay.stack.admin.iptables.RuleSpec} with {@link
 * dev.patchbay.stack.admin.iptables.Extension}s; it prints itself in the form of {@code -S} and of
 * {@code -L} and makes the conditions and the target of a {@link
 * dev.patchbay.stack.netfilter.Rule}, with which it stays as its description. {@link
 * dev.patchbay.stack.admin.iptables.TableChange} carries a command out on a draft of the table,
 * which takes the table's place only where all went well; a restore file is many commands on one
 * draft. A {@link dev.patchbay.stack.admin.iptables.RuleWork} is one command in three steps, of
 * which the one that takes time may run beside the loop: what is done there must not touch what
 * belongs to the loop.
 *
 * <p>What the kernel refuses of a match by the rule's table, chain and protocol says {@link
 * dev.patchbay.stack.admin.iptables.extension.MatchExtension#refusal}.
 *
 * <p>Where to add: a match to {@code matches}, a target to {@code targets}, and its name to {@link
 * dev.patchbay.stack.admin.iptables.Extensions}, where the names stand that are refused.
 */
@NullMarked
package dev.patchbay.stack.admin.iptables;

import org.jspecify.annotations.NullMarked;
