/**
 * The command {@code sysctl} (procps 4.0.2) for the keys of package {@code stack.sysctl}.
 *
 * <p>{@link dev.patchbay.stack.admin.sysctl.SysctlCommand} reads the options, shows and writes;
 * {@link dev.patchbay.stack.admin.sysctl.Settings} reads the lines of files, which {@link
 * dev.patchbay.stack.admin.sysctl.SysctlFiles} brings from the caller.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.admin.sysctl;
