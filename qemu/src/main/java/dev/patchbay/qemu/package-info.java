/**
 * All that is QEMU's: what its netdevs put on the wire, what its boards' network cards expect
 * behind the cable, and how QEMU itself is started and steered.
 *
 * <ul>
 *   <li>{@code ncsi}: the NC-SI side of a port (DSP0222), for boards whose MAC has no PHY; without
 *       threads or a clock
 *   <li>{@code qmp}: the client of QEMU's machine protocol
 *   <li>{@code process}: QEMU as a child process
 *   <li>{@code device}: the bus on which device models stand, registers as data
 *   <li>{@code ftgmac100}, {@code phy}: the FTGMAC100 and its PHYs at register level
 *   <li>{@code qtest}: QEMU's qtest protocol, client and server
 * </ul>
 *
 * <p>A new subject is a new package here, named by one noun, that uses {@code dev.patchbay.stack}
 * and nothing of the daemon.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.qemu;
