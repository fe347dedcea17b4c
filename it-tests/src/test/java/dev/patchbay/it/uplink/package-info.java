/**
 * The uplink against real kernels. {@link dev.patchbay.it.uplink.World} is the bench: a Linux
 * kernel in a namespace is the guest (on a TAP of the daemon's), the daemon stands in a second
 * namespace, a router and a server in two more, so that each answer which a guest gets from the
 * world is one that a real router or host gave. A new case is a test on that bench.
 */
@NullMarked
package dev.patchbay.it.uplink;

import org.jspecify.annotations.NullMarked;
