/** Traces of raw and packet sockets on virtual time. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.raw;
