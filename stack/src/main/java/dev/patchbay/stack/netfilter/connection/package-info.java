/**
 * What rules ask of the connection that a packet belongs to, and what they do to it ({@code
 * xt_conntrack}, {@code xt_connmark}, {@code xt_connbytes}, {@code xt_connlimit}, {@code
 * xt_helper}, {@code xt_CT}, {@code xt_CONNMARK}). They stand apart from packages {@code
 * expression} and {@code targets}, which connection tracking itself stands on. Each asks for
 * tracking while it is in a table; but for {@code -j CT --notrack}, which wants none.
 */
@NullMarked
package dev.patchbay.stack.netfilter.connection;

import org.jspecify.annotations.NullMarked;
