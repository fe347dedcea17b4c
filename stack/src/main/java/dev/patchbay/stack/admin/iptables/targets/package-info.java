/** The targets of iptables ({@code -j}), a class each: its options, its text, what it does. */
@NullMarked
package dev.patchbay.stack.admin.iptables.targets;

import org.jspecify.annotations.NullMarked;
