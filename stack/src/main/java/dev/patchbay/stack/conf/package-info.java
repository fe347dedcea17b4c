/**
 * What an administrator sets by {@code sysctl}: numbers and switches under Linux's names, of a
 * namespace ({@link dev.patchbay.stack.conf.StackConf}) and of each of its devices ({@link
 * dev.patchbay.stack.conf.DeviceConf} with {@link dev.patchbay.stack.conf.Ipv4Key} and {@link
 * dev.patchbay.stack.conf.Ipv6Key}).
 *
 * <p>The parts read them where they act; package {@code sysctl} gives them names and formats. A new
 * one of a device is a line of {@code Ipv4Key} or {@code Ipv6Key}, which makes its three places
 * ({@code all}, {@code default}, the device), and the line that asks for it; nothing is a key that
 * no such line asks for.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.conf;
