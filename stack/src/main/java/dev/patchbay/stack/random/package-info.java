/**
 * Randomness: reproducible sub-streams by purpose, and a keyed hash for what a guest must not be
 * able to foresee.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.random;
