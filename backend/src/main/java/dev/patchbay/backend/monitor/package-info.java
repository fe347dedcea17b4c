/**
 * The other door to a guest: QEMU's monitor (QMP), for attachments with {@code qmp=}.
 *
 * <p>{@link dev.patchbay.backend.monitor.GuestMonitor} belongs to one plug: the daemon tells it
 * what happens to the plug, on the loop; it tells its {@link
 * dev.patchbay.backend.monitor.MonitorListener} of repairs and of what QEMU says. When to repair is
 * decided by {@link dev.patchbay.backend.monitor.RepairPolicy}, a state machine on the loop's time;
 * {@link dev.patchbay.qemu.qmp.QmpClient} carries it out on threads of its own, and answers come
 * back to the loop. A monitor that is not there changes nothing but that nothing is repaired.
 *
 * <p>Another thing to be done by QMP is another method of GuestMonitor; another reason for a repair
 * another input of RepairPolicy.
 */
@NullMarked
package dev.patchbay.backend.monitor;

import org.jspecify.annotations.NullMarked;
