/**
 * All that is QEMU's: what its netdevs put on the wire, what its boards' network cards expect
 * behind the cable, and how QEMU itself is started and steered.
 *
 * <ul>
 *   <li>{@code ncsi}: the NC-SI side of a port (DSP0222), for boards whose MAC has no PHY; without
 *       threads or a clock
 *   <li>{@code qmp}: the client of QEMU's machine protocol
 *   <li>{@code process}: QEMU as a child process
 * </ul>
 *
 * <p>A new subject is a new package here, named by one noun, that uses {@code dev.patchbay.stack}
 * and nothing of the daemon.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.qemu;
