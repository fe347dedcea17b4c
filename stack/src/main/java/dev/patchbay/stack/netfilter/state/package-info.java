/**
 * What rules remember together under a name: the lists of recent ({@link
 * dev.patchbay.stack.netfilter.state.RecentList}) and the tables of hashlimit ({@link
 * dev.patchbay.stack.netfilter.state.RateTable}). {@link
 * dev.patchbay.stack.netfilter.state.SharedStates} has them by their names, for as long as a rule
 * that stands asks for them. All of it is bounded, and nothing is allocated for a packet but where
 * a table of rates grows.
 */
@NullMarked
package dev.patchbay.stack.netfilter.state;

import org.jspecify.annotations.NullMarked;
