/** Tests of a whole namespace: frames in, frames out, on virtual time. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack;
