/**
 * The guided tour {@code patchbay demo}: a guest in QEMU, its cable plugged into a daemon, and what
 * works shown step by step with the figures that were measured.
 *
 * <p>The way of a run: the launcher ({@code backend/launcher/demo.sh}) reads the options, sees to
 * packages, build and guest image, and starts {@link dev.patchbay.backend.demo.DemoMain}; that
 * makes a {@link dev.patchbay.backend.demo.Lab} (a daemon as a process of its own, and QEMU) and
 * walks through {@link dev.patchbay.backend.demo.LinuxTour} (our own guest, which runs commands for
 * us) or {@link dev.patchbay.backend.demo.FirmwareTour} (a BMC's flash image, seen from outside);
 * {@link dev.patchbay.backend.demo.Report} prints. A new step is one method of a tour and one line
 * of its {@code run}.
 */
@NullMarked
package dev.patchbay.backend.demo;

import org.jspecify.annotations.NullMarked;
