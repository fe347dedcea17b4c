package dev.patchbay.backend.uplink;

/** What the uplink did since its start; live, written by the loop only. */
public final class UplinkCounters {
  /** Connections that guests opened and the host accepted. */
  public long tcpOpened;

  /** Connections that the world refused. */
  public long tcpRefused;

  /** Connections that failed otherwise: unreachable, timed out, prohibited. */
  public long tcpFailed;

  /** Connections that guests gave up before the world had answered. */
  public long tcpAbandoned;

  /** Connections ended by a time-out for idleness. */
  public long tcpIdled;

  /** TCP payload bytes from guests to the host. */
  public long tcpBytesOut;

  /** TCP payload bytes from the host to guests. */
  public long tcpBytesIn;

  /** Datagrams from guests to the host. */
  public long udpOut;

  /** System calls that sent the former, but for those that had to go by themselves. */
  public long udpCalls;

  /** Datagrams from the host to guests. */
  public long udpIn;

  /** Datagrams from the host of a peer to which the guest never sent. */
  public long udpFiltered;

  /** Echo requests from guests. */
  public long pingOut;

  /** Echo replies to guests. */
  public long pingIn;

  /** Echo requests that the host gave no socket for. */
  public long pingDenied;

  /** ICMP errors told to guests. */
  public long icmpErrors;

  /** Refused by policy: HOST_DENIED. */
  public long denied;

  /** Ports of the host's loopback that are not open to guests, or any with {@code --restrict}. */
  public long loopbackDenied;

  /** Attempts at the appliance's own control side: HOST_SELF. */
  public long self;

  /** Refused for a limit of flows: HOST_FLOW_LIMIT. */
  public long flowLimit;

  /** Refused by the host: no descriptors, no memory. */
  public long hostErrors;

  /** Fragments thrown away: limits, overlaps, time-outs. */
  public long fragmentsDropped;

  /** Connections that forwards brought in. */
  public long forwardOpened;

  /** Clients of forwards that were reset: no guest, refused, or no answer. */
  public long forwardFailed;
}
