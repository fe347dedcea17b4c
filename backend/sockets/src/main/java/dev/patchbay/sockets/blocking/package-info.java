/**
 * Sockets of the virtual network that block, for virtual threads and platform threads: Linux's
 * system calls ({@link dev.patchbay.sockets.blocking.BlockingSocket}), and over them the JDK's own
 * types ({@link dev.patchbay.sockets.blocking.BlockingNetwork#socketFactory} and its neighbours).
 *
 * <h2>The way of a call</h2>
 *
 * <pre>
 *   java.net.Socket           VirtualSocketImpl.read -> BlockingSocket.tryReceive
 *   Call.perform              posts the call (PostedCalls) and parks (a virtual thread unmounts)
 *     Call.start              on the loop: ReceiveCall.attempt -> stack.socket.Socket.recvfrom
 *       finish                there was something: unpark, one crossing in all
 *       enqueue               it would block: into the socket's CallQueue, a timer for its time-out
 *   stack.socket.Waiter.wake  a packet came -> BlockingSocket.Doorbell, at the end of the turn
 *     CallQueue.serve         those who wait try again, the first come first -> finish
 *   Call.await                goes on, or was interrupted: asks the loop to give it up
 * </pre>
 *
 * <p>Everything that ends a call happens on the loop (data, error, time-out, close, the caller's
 * interrupt), in some order, and the first one counts. So no wake-up is lost, no data is taken off
 * a socket for somebody who has left, and a caller that has gone leaves nothing in a queue. The
 * loop reads from and writes to the caller's arrays while the caller is parked; nothing is copied
 * in between. What waits costs one {@code Call} for each thread that waits, and a socket keeps one
 * for each direction to be used again.
 *
 * <h2>Where to add</h2>
 *
 * <ul>
 *   <li>A system call that may block: a subclass of {@code Call} and a method of {@code
 *       BlockingSocket}; one that does not: {@code BlockingSocket.quick}.
 *   <li>An option of the JDK's sockets: a line in {@code JdkOptions}.
 *   <li>An exception that the JDK makes of an error: {@code JdkErrors}.
 * </ul>
 */
@NullMarked
package dev.patchbay.sockets.blocking;

import org.jspecify.annotations.NullMarked;
