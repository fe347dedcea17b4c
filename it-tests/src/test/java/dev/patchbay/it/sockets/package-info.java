/** Programs in Java inside the virtual network, against real ones outside of it. */
@NullMarked
package dev.patchbay.it.sockets;

import org.jspecify.annotations.NullMarked;
