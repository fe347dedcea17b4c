/**
 * QEMU as a child process: which binary, which command line, start, output and end.
 *
 * <p>The way of a start: {@link dev.patchbay.qemu.process.QemuBinary} finds the program and its
 * version, {@link dev.patchbay.qemu.process.QemuCommand} puts board, image and {@link
 * dev.patchbay.qemu.process.Netdev} together as that version wants it written, {@link
 * dev.patchbay.qemu.process.QemuProcess} runs it, with the first serial line on its standard input
 * and output kept by {@link dev.patchbay.qemu.process.OutputLog}. A process is ended by QMP, then
 * SIGTERM, then SIGKILL, through its own handle, never by name.
 *
 * <p>{@link dev.patchbay.qemu.process.GuestShell} runs commands in a guest of our images over that
 * serial line.
 *
 * <p>A new board goes into {@link dev.patchbay.qemu.process.Board}, a new kind of plug into {@link
 * dev.patchbay.qemu.process.Netdev}. Reference: QEMU's manual, "Invocation" and "System emulation:
 * Aspeed family boards".
 */
@NullMarked
package dev.patchbay.qemu.process;

import org.jspecify.annotations.NullMarked;
