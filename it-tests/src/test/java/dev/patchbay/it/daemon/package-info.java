/** What the daemon does beside carrying frames: captures, commands at start, QEMU's monitor. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.it.daemon;
