/**
 * The plugs: what carries frames between a port of the appliance and one guest's network card, in
 * the framings of QEMU's netdevs (qemu-options: {@code stream}, {@code dgram}, {@code socket}) and
 * as a TAP interface.
 *
 * <p>From the guest: epoll → {@code StreamPlug.onReadable} → {@link
 * dev.patchbay.backend.plug.FrameParser} → {@code Plug.deliver} (NC-SI is taken out here) → copied
 * into a pooled packet, frames of one TCP stream to us that follow one another into one ({@link
 * dev.patchbay.stack.device.ReceiveOffload}) → {@code PortDevice.receive}. To the guest: {@code
 * PortDevice.send} → {@code Plug.send} → {@link dev.patchbay.backend.plug.FrameGather} (checksums,
 * segmentation, padding) → at the end of the turn {@code flush}, one system call for all frames of
 * the turn.
 *
 * <p>Rules that QEMU's behaviour sets: never a frame or datagram of length 0 (it stops a netdev for
 * good); frames to the guest have at least 60 bytes, frames from it 14 or more; reading never stops
 * (a QEMU whose socket is full halts the machine), what the guest does not take is dropped here
 * ({@code PORT_BACKLOG}); what is unread at the guest's side is bounded ({@link
 * dev.patchbay.backend.plug.SendWindow}); before a close the input is read to its end.
 *
 * <p>A new kind of cable: a subclass of {@link dev.patchbay.backend.plug.Plug}, and its case in
 * {@link dev.patchbay.backend.plug.Plugs#open}. All objects belong to the loop's thread.
 */
@NullMarked
package dev.patchbay.backend.plug;

import org.jspecify.annotations.NullMarked;
