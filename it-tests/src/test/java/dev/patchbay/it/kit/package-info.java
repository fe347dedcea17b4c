/** Tests of the test kit itself. */
@NullMarked
package dev.patchbay.it.kit;

import org.jspecify.annotations.NullMarked;
