/**
 * Headers as they lie on the wire: one view per protocol over any {@code byte[]}.
 *
 * <p>A view is a pair (array, offset) with a getter and a fluent setter per field. {@code
 * check(limit)} is the only bounds check: once it has returned true no accessor of the fixed header
 * can leave the array. Views are preallocated in each {@link dev.patchbay.stack.packet.Packet}, so
 * reading a header allocates nothing; a view is valid until the same accessor of the packet is
 * called again or the packet is given away.
 *
 * <p>IPv6 and IPv4 addresses on the packet path are two longs, an IPv4 address being the mapped
 * form {@code ::ffff:a.b.c.d} (RFC 4291 section 2.5.5.2); see {@link
 * dev.patchbay.stack.wire.Addresses}. Who adds a protocol adds a view here, its fields in the order
 * of the RFC's figure, and a round-trip test.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.wire;
