/** What matches remember, without packets. */
@NullMarked
package dev.patchbay.stack.netfilter.state;

import org.jspecify.annotations.NullMarked;
