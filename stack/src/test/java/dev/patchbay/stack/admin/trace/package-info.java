/** Tests of the word {@code trace}. */
@NullMarked
package dev.patchbay.stack.admin.trace;

import org.jspecify.annotations.NullMarked;
