/**
 * Random rules and packets in the kernel of this machine and in ours; what is compared and how is
 * stack's ({@code dev.patchbay.stack.oracle.rules} of its tests), the kernel's side is here.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.it.rules;
