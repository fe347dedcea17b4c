/**
 * The event loop as the stack sees it, and its virtual twin for tests.
 *
 * <p>All state of a network namespace is touched on its loop. The daemon's loop is Netty's; {@link
 * dev.patchbay.stack.loop.VirtualLoop} has virtual time, so that a test of an hour takes
 * milliseconds and two runs of one seed are equal byte for byte.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.loop;
