/** Links of a namespace, changed by an administrator. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.link;
