/**
 * {@code patchbay device}: a device model of {@code dev.patchbay.qemu} without a machine around it.
 *
 * <p>One thread and one selector, no loop of Netty's: virtual time stands still between two
 * commands of qtest, so nothing happens but by what a socket brings. The way of a command: {@link
 * dev.patchbay.backend.device.QtestPort} → {@code QtestMachine} → model → answer; of a frame:
 * {@link dev.patchbay.backend.device.WirePort} → {@code FrameParser} → model, and back by {@code
 * Wire.transmit} into what is written at the end of the turn. Frames that have come are served
 * before commands, so that who sends one and then asks finds it dealt with.
 *
 * <p>{@link dev.patchbay.backend.device.DeviceServer} holds both, {@link
 * dev.patchbay.backend.device.DeviceMain} is the process around it. A further model is a case in
 * {@code DeviceServer}'s constructor and in {@code DeviceConfig}; another attachment (vfio-user,
 * the TCG plugin) is a {@link dev.patchbay.backend.device.DevicePort}.
 */
@NullMarked
package dev.patchbay.backend.device;

import org.jspecify.annotations.NullMarked;
