/** Traces of ping sockets on virtual time. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.ping;
