/** The words of ipset. */
@NullMarked
package dev.patchbay.stack.admin.ipset;

import org.jspecify.annotations.NullMarked;
