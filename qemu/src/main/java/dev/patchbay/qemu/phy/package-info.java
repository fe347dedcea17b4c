/**
 * PHYs behind a MAC's management interface (MDIO, IEEE 802.3 clause 22).
 *
 * <p>The way of an access: a MAC's registers name a PHY address and a register, {@link
 * dev.patchbay.qemu.phy.MdioBus} finds the {@link dev.patchbay.qemu.phy.MdioDevice} of that
 * address. {@link dev.patchbay.qemu.phy.Rtl8211e} negotiates with a {@link
 * dev.patchbay.qemu.phy.LinkPartner} in the time that this takes on copper, and tells its MAC when
 * the link comes and goes; {@link dev.patchbay.qemu.phy.QemuPhy} is the one inside QEMU's
 * ftgmac100, which differs, for comparisons with QEMU.
 *
 * <p>A further PHY is a class beside these with a register table of its own.
 *
 * <p>Not yet: the extension pages of the RTL8211E (registers 0 to 15 and 31 answer on each page,
 * the others read 0 on pages other than 0), interrupts (INER), wake-on-LAN, LEDs, next pages,
 * clause 45.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.qemu.phy;
