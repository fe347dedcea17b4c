/**
 * Network devices: what has a name, an MTU and counters, and through which packets come and go
 * (Linux's {@code net_device}).
 *
 * <p>Who reads frames from a cable may merge those of a TCP stream before ({@link
 * dev.patchbay.stack.device.ReceiveOffload}); such a packet is cut again where it leaves.
 *
 * <p>A frame enters by {@link dev.patchbay.stack.device.NetDevice#receive}, which counts it, shows
 * it to the taps and hands it to the bridge that the device is a port of, or to the {@link
 * dev.patchbay.stack.device.FrameHandler} of the namespace. It leaves by {@link
 * dev.patchbay.stack.device.NetDevice#transmit}, which counts it, shows it to the taps and gives it
 * to the device's own {@code send}. A device that cannot segment ({@link
 * dev.patchbay.stack.device.NetDevice#FEATURE_TSO}) or complete checksums does so through {@link
 * dev.patchbay.stack.device.Segmenter}. A new kind of device is a subclass here.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.device;
