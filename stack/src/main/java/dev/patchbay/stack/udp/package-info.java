/**
 * UDP (RFC 768) and its sockets (Linux: {@code udp_rcv}, {@code udp_sendmsg}): non-blocking, with
 * packet information.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.udp;
