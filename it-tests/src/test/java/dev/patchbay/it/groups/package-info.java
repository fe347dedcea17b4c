/** Multicast groups beside the real kernel's: the same programs, the same reports on the wire. */
@NullMarked
package dev.patchbay.it.groups;

import org.jspecify.annotations.NullMarked;
