/** Tests of the FTGMAC100: a {@link dev.patchbay.qemu.ftgmac100.Rig} is its driver and network. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.qemu.ftgmac100;
