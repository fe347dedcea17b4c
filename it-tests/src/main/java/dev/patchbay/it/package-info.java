/**
 * The test kit: guests, daemons, network namespaces and what a test needs of its machine.
 *
 * <p>A test says by {@link dev.patchbay.it.Requires} what it needs, makes a {@link
 * dev.patchbay.it.Netns} as its world with a {@link dev.patchbay.it.OriginServer} in it, starts a
 * {@link dev.patchbay.it.Daemon} there, boots a {@link dev.patchbay.it.Guest} on the daemon's plug
 * and runs commands in the guest. All of them are {@link AutoCloseable} and leave nothing behind:
 * no process, no socket, no namespace. What they printed stays in {@code target/}.
 *
 * <p>A requirement that the machine lacks skips the test with its reason, counted at the end;
 * {@code -Dpatchbay.require=NAME,…} (or {@code all}) makes it a failure. A new requirement goes
 * into {@link dev.patchbay.it.Requirements}.
 */
@NullMarked
package dev.patchbay.it;

import org.jspecify.annotations.NullMarked;
