/** Sockets of the virtual network that block, for virtual threads. */
@NullMarked
package dev.patchbay.sockets.blocking;

import org.jspecify.annotations.NullMarked;
