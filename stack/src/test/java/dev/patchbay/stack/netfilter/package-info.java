/** Packets through rules, as they go on the wire. */
@NullMarked
package dev.patchbay.stack.netfilter;

import org.jspecify.annotations.NullMarked;
