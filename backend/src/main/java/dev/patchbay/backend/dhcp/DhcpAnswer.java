package dev.patchbay.backend.dhcp;

/**
 * An answer and where it goes (RFC 2131 section 4.1).
 *
 * @param data the UDP payload
 * @param way how it gets there
 * @param ip destination address, first byte in the high bits
 * @param port destination port: 67 of a relay, 68 of a client
 * @param mac the client's Ethernet address, for {@link Way#MAC}
 */
record DhcpAnswer(byte[] data, Way way, int ip, int port, long mac) {
  /** How an answer gets to its receiver. */
  enum Way {
    /** To 255.255.255.255. */
    BROADCAST,
    /** To the address, as any packet. */
    IP,
    /** To an address that the client does not answer ARP for yet: straight to its MAC. */
    MAC
  }
}
