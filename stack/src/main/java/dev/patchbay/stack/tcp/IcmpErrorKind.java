package dev.patchbay.stack.tcp;

/** What an ICMP error means to TCP (RFC 9293 section 3.9.2.2, RFC 5461). */
public enum IcmpErrorKind {
  /** Protocol or port unreachable, administratively prohibited. */
  UNREACHABLE_HARD,
  /** Net or host unreachable, time exceeded, parameter problem: may pass. */
  UNREACHABLE_SOFT,
  /** Fragmentation needed or packet too big (RFC 1191, RFC 8201). */
  PACKET_TOO_BIG
}
