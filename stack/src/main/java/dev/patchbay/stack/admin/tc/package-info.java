/**
 * The words of {@code tc}.
 *
 * <p>{@link dev.patchbay.stack.admin.tc.TcCommand} finds the object: {@code TcQdisc} reads the
 * words before the kind and sends the change, {@code TcKind} has the words of each kind and prints
 * its options, {@code TcShow} and {@code TcClass} list. {@code TcUnits} reads and prints sizes,
 * times and rates. A new kind is a class beside those and a line in {@code TcKind}.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.admin.tc;
