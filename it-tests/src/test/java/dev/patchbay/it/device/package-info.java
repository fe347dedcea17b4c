/**
 * Our device models beside QEMU's devices: the same register accesses, memory and frames into both.
 *
 * <p>A {@link dev.patchbay.it.device.Subject} is a machine with one FTGMAC100, driven by qtest:
 * QEMU's, or our model under the qtest server. {@link dev.patchbay.it.device.Scenario} compares two
 * of them step by step; {@link dev.patchbay.it.device.DifferenceProbe} asks one for each difference
 * between QEMU and the hardware.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.it.device;
