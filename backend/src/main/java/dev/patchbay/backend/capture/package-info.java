/**
 * What passes the devices, written down: captures in pcapng, and the last dropped packets.
 *
 * <p>The way of a packet: a device's {@link dev.patchbay.stack.device.Tap} (or, for NC-SI, which
 * ends at the plug, the {@link dev.patchbay.backend.plug.FrameObserver}) → {@link
 * dev.patchbay.backend.capture.Stage}, which holds the frames of this turn of the loop, so that a
 * drop in the same turn can still be written at the packet that it befell → at the end of the turn
 * one pcapng block for each {@link dev.patchbay.backend.capture.CaptureSink} that wants the device,
 * in chunks of bounded number → a writer thread ({@link dev.patchbay.backend.capture.CaptureFile})
 * or a client of the control socket. A sink whose reader is too slow loses packets, counts them,
 * and says so in the capture (epb_dropcount, isb_ifdrop); the network never waits for it.
 *
 * <p>Frames are written as the device would send them: checksums filled in, the VLAN tag in its
 * place; a TCP packet that a port is to cut is written in its segments, while the devices that pass
 * it on whole ({@code br0}, {@code host0}, {@code lo}) show it whole, as Linux' do. Padding to 60
 * bytes is the cable's business and not shown. A packet that is dropped in a later turn (it waited
 * in a queue), or before any device has shown it, is written once more with its comment.
 *
 * <p>Without a capture there is no tap, and a drop costs {@link
 * dev.patchbay.backend.capture.DropRing} a copy of its first bytes. A new format is another class
 * beside {@link dev.patchbay.backend.capture.Pcapng}; a new reader takes chunks from a sink.
 */
@NullMarked
package dev.patchbay.backend.capture;

import org.jspecify.annotations.NullMarked;
