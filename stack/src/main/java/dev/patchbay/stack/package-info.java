/**
 * One network namespace and everything in it: a Linux-like network stack without I/O of its own.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack;
