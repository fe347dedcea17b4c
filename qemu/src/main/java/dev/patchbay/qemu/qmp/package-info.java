/**
 * A client of the QEMU Machine Protocol (QMP): lines of JSON on a unix socket of QEMU's ({@code
 * -qmp unix:PATH,server=on,wait=off}).
 *
 * <p>The way of a request: {@link dev.patchbay.qemu.qmp.QmpClient#execute} numbers it and hands it
 * to the client's one outbox thread, which connects where there is no connection (greeting, {@code
 * qmp_capabilities}) and writes the line; {@link dev.patchbay.qemu.qmp.QmpConnection}'s reader
 * thread finds the future by the number of the answer. Events go from the reader thread to the
 * {@link dev.patchbay.qemu.qmp.QmpListener}s. No caller ever waits for a socket, so an event loop
 * may call.
 *
 * <p>What QEMU does that shapes this package: a QMP socket serves one client at a time, the next
 * one is connected by the kernel's backlog but gets no greeting until the first leaves; a virtual
 * machine whose main thread is blocked (a netdev with {@code server=on} that nobody reads) does not
 * answer QMP either; {@code set_link up} on a stream netdev that is not connected ends QEMU by
 * SIGSEGV at the guest's next frame; what QEMU has read but not begun when its client leaves is
 * thrown away, so that a client does not leave between a stop and its cont ({@link
 * dev.patchbay.qemu.qmp.OwnPause}).
 *
 * <p>Limits of the repair by stop and cont. An owner that pauses the machine between our writing of
 * {@code stop} and QEMU's carrying it out, some microseconds where QEMU is not blocked, finds it
 * continued: our stop then does nothing and says nothing, and QEMU has no command that continues a
 * machine only for who stopped it. Where QEMU's main thread hangs for longer than {@link
 * dev.patchbay.qemu.qmp.QmpConnection#PAUSE_LIMIT}, the repair has failed and events flow again, so
 * the STOP and RESUME of the two commands, which QEMU carries out when it wakes, are told as if
 * they were the owner's.
 *
 * <p>New commands with an own method belong into {@link dev.patchbay.qemu.qmp.QmpClient}, text that
 * has to be taken apart into a record with a {@code parse} of its own, as {@link
 * dev.patchbay.qemu.qmp.NetClient}. Reference: QEMU's "QMP Protocol Specification" and "QMP
 * Reference Manual".
 */
@NullMarked
package dev.patchbay.qemu.qmp;

import org.jspecify.annotations.NullMarked;
