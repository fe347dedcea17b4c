/** Queueing disciplines on virtual time, asked for by the words of {@code tc}. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.qdisc;
