/** Our sockets against the kernel's, call by call. */
@NullMarked
package dev.patchbay.it.socket;

import org.jspecify.annotations.NullMarked;
