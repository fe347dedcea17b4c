/**
 * The word {@code conntrack} (conntrack-tools 1.4.7) on the connections of a namespace.
 *
 * <p>{@link dev.patchbay.stack.admin.conntrack.ConntrackCommand} reads its words ({@link
 * dev.patchbay.stack.admin.conntrack.FlowParser} into {@link
 * dev.patchbay.stack.admin.conntrack.FlowRequest}), looks at the table with a {@link
 * dev.patchbay.stack.admin.conntrack.FlowFilter} and prints with {@link
 * dev.patchbay.stack.admin.conntrack.FlowText}; {@link
 * dev.patchbay.stack.admin.conntrack.ConntrackMonitor} is {@code -E}. Which option may stand with
 * which command is a table: {@link dev.patchbay.stack.admin.conntrack.FlowCommand}.
 */
@NullMarked
package dev.patchbay.stack.admin.conntrack;

import org.jspecify.annotations.NullMarked;
