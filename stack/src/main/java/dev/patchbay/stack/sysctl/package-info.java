/**
 * The keys of {@code sysctl}: Linux's names and formats for what an administrator sets (package
 * {@code conf}, TCP's and the neighbours' settings).
 *
 * <p>{@link dev.patchbay.stack.sysctl.SysctlTree} lists the keys of a namespace as {@code
 * /proc/sys/net} does; {@link dev.patchbay.stack.sysctl.NetKeys}, {@link
 * dev.patchbay.stack.sysctl.TcpKeys}, {@link dev.patchbay.stack.sysctl.ConntrackKeys} and {@link
 * dev.patchbay.stack.sysctl.DeviceKeys} make them, each a {@link
 * dev.patchbay.stack.sysctl.SysctlKey} with what reads and writes it. Only what has an effect is a
 * key; a value without one is refused ({@code EINVAL}). The word is {@code admin.sysctl}.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.sysctl;
