/**
 * Sets of addresses, networks and ports that rules ask and change (Linux: {@code
 * net/netfilter/ipset}), as ipset 7.17 knows them.
 *
 * <p>A namespace has one {@link dev.patchbay.stack.netfilter.ipset.IpSets}, by name. An {@link
 * dev.patchbay.stack.netfilter.ipset.IpSet} is a name to which rules and lists of sets hold on, and
 * has a {@link dev.patchbay.stack.netfilter.ipset.Content}; {@code swap} exchanges the contents of
 * two, so that all who hold the name see the other one. The contents: {@link
 * dev.patchbay.stack.netfilter.ipset.AddressContent} (hash:ip), {@link
 * dev.patchbay.stack.netfilter.ipset.NetworkContent} (hash:net), {@link
 * dev.patchbay.stack.netfilter.ipset.AddressPortContent} (hash:ip,port), {@link
 * dev.patchbay.stack.netfilter.ipset.PortContent} (bitmap:port), {@link
 * dev.patchbay.stack.netfilter.ipset.ListContent} (list:set).
 *
 * <p>Members of the hash types stand in a {@link dev.patchbay.stack.netfilter.ipset.MemberTable}:
 * arrays of numbers with open addressing under a keyed hash (SipHash), at most {@code maxelem} of
 * them; a look-up allocates nothing and costs the same for ten members as for a million, in
 * hash:net once for each length of prefix that is there. What a member carries beside its key
 * (time-out, counters, comment, skbinfo) stands in {@link
 * dev.patchbay.stack.netfilter.ipset.Extras}, each in an array that is there where the set has it.
 * A member whose time is over is no member from that moment on; it is taken away when the set is
 * full, changed or listed.
 *
 * <p>Rules ask by {@link dev.patchbay.stack.netfilter.ipset.SetCondition} ({@code xt_set}'s match)
 * and change by {@link dev.patchbay.stack.netfilter.ipset.SetTarget} (its target), each with a
 * {@link dev.patchbay.stack.netfilter.ipset.PacketQuery} that says which parts of the packet count.
 * Who refers to a set is counted when somebody asks, from the rules that there are: a rule that
 * goes need not say so.
 *
 * <p>Of the loop's thread. The words stand in {@code admin.ipset}.
 */
@NullMarked
package dev.patchbay.stack.netfilter.ipset;

import org.jspecify.annotations.NullMarked;
