/**
 * System calls by the foreign-function API: what Java and Netty do not offer, or offer slowly.
 * Linux on x86-64; elsewhere every call throws {@code UnsupportedOperationException("needs Linux
 * …")}, and only when it is made.
 *
 * <p>Hot calls return a value or the negative errno ({@code -Errno.EAGAIN}), and allocate nothing
 * once warm; cold ones throw {@link dev.patchbay.backend.sys.SysException}. Objects belong to one
 * thread, in the daemon the event loop's.
 *
 * <ul>
 *   <li>{@link dev.patchbay.backend.sys.Fd}: the calls on descriptors; {@link
 *       dev.patchbay.backend.sys.SockOpt}: options of sockets; {@link
 *       dev.patchbay.backend.sys.SockAddr}: addresses; {@link dev.patchbay.backend.sys.Linux} and
 *       {@link dev.patchbay.stack.socket.Errno}: numbers.
 *   <li>{@link dev.patchbay.backend.sys.FdHandle}: a descriptor in Netty's epoll loop, with
 *       callbacks.
 *   <li>{@link dev.patchbay.backend.sys.NativeBuffer}: memory that the kernel reads and writes.
 *   <li>{@link dev.patchbay.backend.sys.StreamFd}: unix and TCP streams, clients and listeners.
 *   <li>{@link dev.patchbay.backend.sys.DatagramReader}, {@link
 *       dev.patchbay.backend.sys.DatagramWriter}: bursts of datagrams with control messages, and
 *       the error queue.
 *   <li>{@link dev.patchbay.backend.sys.ProcessSignal}: signals; {@link
 *       dev.patchbay.backend.sys.Descendants}: processes below ours.
 *   <li>{@link dev.patchbay.backend.sys.Tap}, {@link dev.patchbay.backend.sys.IcmpSocket}: what
 *       their names say.
 * </ul>
 *
 * <p>The way of a datagram in: epoll → {@code FdHandle.handle} → {@code Listener.onReadable} →
 * {@code DatagramReader.receive} → {@code Libc.recvmmsg} → {@code select(i)} → {@code
 * copyTo(packet)}.
 *
 * <p>A new call: its binding in {@code Libc} (one line for the handle, one method), its Java form
 * in the class of its subject, its numbers in {@code Linux}, a test against the running kernel.
 * Layouts are those of the x86-64 ABI; they stand in {@code SockAddr} and {@code MessageLayout}
 * only.
 */
@NullMarked
package dev.patchbay.backend.sys;

import org.jspecify.annotations.NullMarked;
