/**
 * The command {@code bridge} (iproute2 6.1), and what {@code ip link} says and sets of a bridge and
 * its ports.
 *
 * <p>{@link dev.patchbay.stack.admin.bridge.BridgeCommand} reads the options and gives the words to
 * {@code LinkObject}, {@code FdbObject} or {@code VlanObject}, one class for each object; these
 * read or change {@code stack.bridge}. {@link dev.patchbay.stack.admin.bridge.BridgeAttributes} and
 * {@link dev.patchbay.stack.admin.bridge.BridgeSlaveAttributes} have the words behind {@code ip
 * link … type bridge} and {@code type bridge_slave}. A new attribute is a line in one of those, and
 * its recorded answers in {@code admin/bridge} of the tests.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.admin.bridge;
