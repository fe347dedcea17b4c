/** Tests of the bus and of registers as data. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.qemu.device;
