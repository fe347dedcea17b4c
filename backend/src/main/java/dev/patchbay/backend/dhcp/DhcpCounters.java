package dev.patchbay.backend.dhcp;

/** What a server saw and did; written on the loop, read there. */
public final class DhcpCounters {
  /** DISCOVER messages. */
  public long discover;

  /** REQUEST messages. */
  public long request;

  /** OFFER messages sent. */
  public long offer;

  /** ACK messages sent, those of INFORM and BOOTP included. */
  public long ack;

  /** NAK messages sent. */
  public long nak;

  /** RELEASE messages that freed an address. */
  public long release;

  /** DECLINE messages that set an address aside. */
  public long decline;

  /** INFORM messages. */
  public long inform;

  /** Datagrams that are no DHCP message of a client. */
  public long malformed;

  /** Messages meant for another server, or of which nothing follows. */
  public long ignored;

  /** Clients that went without an address, because there is none left. */
  public long exhausted;

  /** Clients that went without an address, because their port has too many. */
  public long portLimit;
}
