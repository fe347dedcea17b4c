/**
 * The word {@code trace}: {@link dev.patchbay.stack.admin.trace.TraceCommand} reads its words;
 * {@link dev.patchbay.stack.admin.trace.LiveTrace} chooses packets as they come by a {@link
 * dev.patchbay.stack.admin.trace.TraceFilter}, {@link
 * dev.patchbay.stack.admin.trace.DescribedPacket} builds the one that is described and sends it on
 * its {@code DescribedWay}; {@link dev.patchbay.stack.admin.trace.TraceLines} prints the steps of
 * both, so that they read alike. What a step is stands in package {@code trace}.
 */
@NullMarked
package dev.patchbay.stack.admin.trace;

import org.jspecify.annotations.NullMarked;
