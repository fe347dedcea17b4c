/** Tests of the socket layer; what the kernel says of the same calls is in it-tests. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.socket;
