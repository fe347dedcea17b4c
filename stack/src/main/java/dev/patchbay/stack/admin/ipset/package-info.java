/**
 * The words of {@code ipset} 7.17.
 *
 * <p>{@link dev.patchbay.stack.admin.ipset.IpsetCommand} reads the options that may stand anywhere
 * ({@code -exist}, {@code -o} …) and the command, and carries it out on the {@code IpSets} of a
 * namespace; {@code restore} does so for each line of what it is given. {@link
 * dev.patchbay.stack.admin.ipset.TypeWords} says which options a type has, in the order in which
 * they are printed; {@link dev.patchbay.stack.admin.ipset.CreateWords} and {@link
 * dev.patchbay.stack.admin.ipset.ElementWords} read them, {@link
 * dev.patchbay.stack.admin.ipset.SetPrinter} prints sets in the three forms that there are.
 *
 * <p>What the program would ask the kernel is done by {@code netfilter.ipset}; its answers become
 * the program's sentences in {@link dev.patchbay.stack.admin.ipset.Answers}.
 */
@NullMarked
package dev.patchbay.stack.admin.ipset;

import org.jspecify.annotations.NullMarked;
