/**
 * The command {@code patchbay}: its first word chooses a {@link dev.patchbay.backend.cli.Command}
 * of the table in {@link dev.patchbay.backend.cli.Words}.
 *
 * <p>{@code run} reads its options ({@link dev.patchbay.backend.cli.RunOptions}) and hands a {@code
 * DaemonConfig} to the {@link dev.patchbay.backend.cli.DaemonStarter}. The words of a running
 * daemon ({@code ip}, {@code ncsi}, …) are sent to its control socket as they are ({@link
 * dev.patchbay.backend.cli.ClientCommand}, {@link dev.patchbay.backend.cli.ControlClient}): one
 * HTTP/1.1 request (RFC 9112) over a unix socket, written with the JDK alone and without logging,
 * so that a word starts fast.
 *
 * <p>To add a word: one line in {@code Words}. To add an option of {@code run}: one line in {@code
 * RunOptions}, its reading in {@code dev.patchbay.backend.config.ConfigBuilder}.
 */
@NullMarked
package dev.patchbay.backend.cli;

import org.jspecify.annotations.NullMarked;
