/** Timers on a hashed wheel, driven by whoever owns the clock: the stack never reads one itself. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.time;
