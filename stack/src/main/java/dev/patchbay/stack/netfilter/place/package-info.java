/** Where rules stand: hooks and the tables of iptables. */
@NullMarked
package dev.patchbay.stack.netfilter.place;

import org.jspecify.annotations.NullMarked;
