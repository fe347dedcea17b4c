/** Sets without words. */
@NullMarked
package dev.patchbay.stack.netfilter.ipset;

import org.jspecify.annotations.NullMarked;
