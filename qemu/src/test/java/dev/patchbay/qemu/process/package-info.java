/** Tests of command lines, binaries and processes; real QEMUs are booted by the it-tests. */
@NullMarked
package dev.patchbay.qemu.process;

import org.jspecify.annotations.NullMarked;
