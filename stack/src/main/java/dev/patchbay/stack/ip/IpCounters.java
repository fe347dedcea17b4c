package dev.patchbay.stack.ip;

/**
 * What happened in IP, ICMP and UDP of one family and namespace, under the names of Linux 6.1
 * ({@code /proc/net/snmp}, {@code snmp6}). Plain longs, owned by the loop; what is not here is not
 * counted.
 */
public final class IpCounters {
  private static final int ICMP_TYPES = 256;

  public long inReceives;
  public long inHdrErrors;
  public long inNoRoutes;
  public long inAddrErrors;
  public long inUnknownProtos;
  public long inDelivers;
  public long inOctets;

  /** Packets to a device without IPv6. */
  public long inDiscards;

  /** Packets whose source is not reached by the way they came ({@code rp_filter}, IPv4). */
  public long reversePathFilter;

  /** Packets sent on. */
  public long forwDatagrams;

  /** Packets given to a device or the loopback, those sent on included, as Linux 6.1 counts. */
  public long outRequests;

  public long outNoRoutes;
  public long outOctets;
  public long reasmTimeout;
  public long reasmReqds;
  public long reasmOks;
  public long reasmFails;
  public long fragOks;
  public long fragFails;
  public long fragCreates;

  public long icmpInMsgs;
  public long icmpInErrors;
  public long icmpInCsumErrors;
  public long icmpOutMsgs;

  /** Received messages by type. */
  public final long[] icmpInTypes = new long[ICMP_TYPES];

  /** Sent messages by type. */
  public final long[] icmpOutTypes = new long[ICMP_TYPES];

  /** Packets to groups: received, sent, and their bytes. */
  public long inMcastPkts;

  public long outMcastPkts;
  public long inMcastOctets;
  public long outMcastOctets;

  /** Packets to broadcasts (IPv4): received, sent, and their bytes. */
  public long inBcastPkts;

  public long outBcastPkts;
  public long inBcastOctets;
  public long outBcastOctets;

  /** Packets of ours that were thrown away though nothing was wrong with them. */
  public long outDiscards;

  public final UdpCounters udp = new UdpCounters();
  public final UdpCounters udpLite = new UdpCounters();
}
