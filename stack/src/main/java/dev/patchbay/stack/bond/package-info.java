/**
 * Bonds: several devices that are one, in mode active-backup (Linux: {@code drivers/net/bonding},
 * Documentation/networking/bonding.rst). One port is active and carries all; when its link goes,
 * another takes over and the stations on the link are told.
 *
 * <pre>
 *   what the appliance sends: Bond.transmit -> Bond.send -> the active port's transmit
 *   what comes in:            port.receive -> BondPort.receive -> (active) Bond.receive -> upwards
 *                                                             (backup) dropped as BOND_BACKUP
 *   every miimon ms:          Bond.tick -> BondPort.inspect -> commit -> Bond.select -> Bond.activate
 *                             -> LinkEvent.NOTIFY_PEERS, RESEND_IGMP
 * </pre>
 *
 * <p>Words are read by {@code admin.ip.BondType}; what Linux refuses {@link
 * dev.patchbay.stack.bond.BondSettings} refuses. A new option is a field of {@code BondSettings},
 * checked there; another mode a choice in {@code Bond.send} and {@code BondPort.receive}.
 */
@NullMarked
package dev.patchbay.stack.bond;

import org.jspecify.annotations.NullMarked;
