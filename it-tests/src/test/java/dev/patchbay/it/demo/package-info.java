/** {@code patchbay demo} on the boards of the contract. */
@NullMarked
package dev.patchbay.it.demo;

import org.jspecify.annotations.NullMarked;
