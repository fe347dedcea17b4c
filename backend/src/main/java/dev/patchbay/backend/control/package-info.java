/**
 * The control socket: HTTP/1.1 with JSON on a Unix socket of mode 0600, never TCP.
 *
 * <p>{@link dev.patchbay.backend.control.ControlServer} listens on the daemon's loop. A request is
 * gathered (at most 1 MiB), {@code ControlHandler} finds what it asks for and calls {@link
 * dev.patchbay.backend.control.ControlModel}, whose answer becomes JSON; {@link
 * dev.patchbay.backend.control.ControlException} becomes {@code {"error":{"code","message"}}}.
 * {@link dev.patchbay.backend.control.EventLog} keeps the last events and feeds {@code GET
 * /v1/events}. A new request is a method of the model and a line in {@code ControlHandler}. HTTP:
 * RFC 9110, RFC 9112.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.backend.control;
