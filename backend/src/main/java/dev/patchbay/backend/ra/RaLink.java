package dev.patchbay.backend.ra;

/** The link on which a router advertises itself. */
public interface RaLink {
  /** Whether IPv6 can be sent on it now: up, with a link-local address. */
  boolean isReady();

  /** Its MTU in bytes. */
  int mtu();

  /** The router's Ethernet address, 48 bits, 0 for none. */
  long mac();

  /**
   * Sends an ICMPv6 message with hop limit 255 from the link-local address.
   *
   * @param message from its type on; the checksum is filled in on the way
   */
  void send(byte[] message, long dstHi, long dstLo);
}
