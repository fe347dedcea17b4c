/** Tests of connection tracking. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.conntrack;
