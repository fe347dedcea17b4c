/** What is known of paths, on virtual time. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.ip;
