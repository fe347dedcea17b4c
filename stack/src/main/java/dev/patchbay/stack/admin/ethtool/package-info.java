/**
 * The words of {@code ethtool} (6.1).
 *
 * <p>{@link dev.patchbay.stack.admin.ethtool.EthtoolCommand} finds the option: {@code
 * EthtoolSettings} shows what a device is, {@code EthtoolFeatures} what it does for the stack and
 * changes what can be changed, {@code EthtoolLack} has those that no device here can answer, with
 * Linux's message and status. Anything else is refused by name.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.admin.ethtool;
