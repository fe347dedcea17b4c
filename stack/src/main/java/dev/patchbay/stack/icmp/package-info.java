/**
 * ICMP (RFC 792, RFC 1812 section 4.3) and ICMPv6 (RFC 4443): echo, errors made here, errors
 * received.
 *
 * <p>{@link dev.patchbay.stack.icmp.IcmpInput} is {@code icmp_rcv} and {@code icmpv6_rcv}, {@link
 * dev.patchbay.stack.icmp.IcmpOutput} is {@code icmp_send} and {@code icmpv6_send} with their rate
 * limit.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.icmp;
