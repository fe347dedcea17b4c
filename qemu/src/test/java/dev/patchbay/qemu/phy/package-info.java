/** Tests of the PHYs on virtual time. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.qemu.phy;
