/**
 * What a rule does with a packet that meets its conditions ({@code xt_target}): a verdict, a change
 * of the packet, an answer to its sender. {@link dev.patchbay.stack.netfilter.targets.Target#apply}
 * tells how it goes on.
 */
@NullMarked
package dev.patchbay.stack.netfilter.targets;

import org.jspecify.annotations.NullMarked;
