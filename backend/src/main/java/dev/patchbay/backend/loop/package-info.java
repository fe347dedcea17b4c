/**
 * The daemon's event loop: the stack's {@link dev.patchbay.stack.loop.EventLoop} on one Netty
 * thread with epoll.
 *
 * <p>A turn is one round of Netty's loop in which something of ours happens: the clock is read
 * once, each descriptor that is ready is served, tasks of other threads run, and then the end of
 * the turn runs timers that are due, the stack's deferred work, and the flushes of the plugs that
 * have gathered frames. What enters the loop must call {@link
 * dev.patchbay.backend.loop.NettyLoop#enter} first; descriptors registered by {@code
 * NettyLoop.register} and tasks given to {@code execute} do so by themselves, handlers of Netty
 * channels call it.
 *
 * <p>Nothing wakes an idle loop: one Netty schedule stands for the earliest timer, and none where
 * there is no timer.
 */
@NullMarked
package dev.patchbay.backend.loop;

import org.jspecify.annotations.NullMarked;
