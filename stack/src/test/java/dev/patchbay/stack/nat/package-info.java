/** Translation of addresses, packet for packet. */
@NullMarked
package dev.patchbay.stack.nat;

import org.jspecify.annotations.NullMarked;
