/** Traces of UDP and UDP-Lite on virtual time. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.udp;
