/** Plugs of a running daemon against the host's own devices. */
@NullMarked
package dev.patchbay.it.plug;

import org.jspecify.annotations.NullMarked;
