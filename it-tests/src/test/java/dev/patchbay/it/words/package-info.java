/**
 * The words of administration against the machine's own iproute2: each line of a file in {@code
 * resources/words} is run on a kernel in a network namespace and on ours, and status, output and
 * message are compared. A new object of {@code ip} is a file there.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.it.words;
