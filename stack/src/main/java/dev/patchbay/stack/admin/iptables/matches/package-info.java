/** The matches of iptables ({@code -m}), a class each: its options, its text, its conditions. */
@NullMarked
package dev.patchbay.stack.admin.iptables.matches;

import org.jspecify.annotations.NullMarked;
