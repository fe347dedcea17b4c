package dev.patchbay.stack.ip;

/**
 * What happened to the datagrams of UDP or UDP-Lite in one family, under the names of Linux 6.1
 * ({@code udp_mib}). Plain longs, owned by the loop.
 */
public final class UdpCounters {
  /** Datagrams given to a socket; one that is queued counts when it is read. */
  public long inDatagrams;

  /** Datagrams that neither a socket nor the uplink took. */
  public long noPorts;

  /** Datagrams that could not be delivered for another reason, the ones below included. */
  public long inErrors;

  public long outDatagrams;

  /** The receive buffer of the socket was full. */
  public long rcvbufErrors;

  /** A datagram could not be sent for lack of memory. */
  public long sndbufErrors;

  public long inCsumErrors;

  /** Datagrams to a group or broadcast that no socket wanted. */
  public long ignoredMulti;

  /** The memory of all sockets together was used up. */
  public long memErrors;
}
