/**
 * Our TCP against the Linux kernel's, over a link of our own that loses by seed.
 *
 * <pre>
 *   KernelHost  [application] kernel's TCP -- tap0 --+                        +-- tap0 -- (the same)
 *                                                   +-- LossyCable, a thread -+
 *   OurHost     [application] TcpSocket, NetworkStack, NettyLoop, TapPlug -- tap0 -- br0 -- tap1 --+
 * </pre>
 *
 * <p>{@code Comparison} is the measurement: for each {@code Cell} (loss and round trip) and seed it
 * lets both of a {@code Lane}'s kernel hosts transfer to each other, then ours to a kernel, then a
 * kernel to ours, each through a {@code LossyCable} of the same cell and seed. Lanes run beside
 * each other, each in namespaces of its own. Another kind of host is a class that implements {@code
 * Host}; another cell is a line in {@code Cell.ALL}.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.it.kernel;
