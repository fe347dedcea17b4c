/** A Netty transport over the sockets of the virtual network. */
@NullMarked
package dev.patchbay.sockets.netty;

import org.jspecify.annotations.NullMarked;
