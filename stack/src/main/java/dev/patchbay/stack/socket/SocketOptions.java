package dev.patchbay.stack.socket;

/** Linux's levels and names of socket options (asm-generic/socket.h, linux/in.h, in6.h, tcp.h). */
public final class SocketOptions {
  // ---- Levels

  public static final int SOL_IP = 0;
  public static final int SOL_SOCKET = 1;
  public static final int IPPROTO_TCP = 6;
  public static final int IPPROTO_UDP = 17;
  public static final int IPPROTO_IPV6 = 41;
  public static final int IPPROTO_ICMPV6 = 58;
  public static final int IPPROTO_UDPLITE = 136;
  public static final int IPPROTO_RAW = 255;
  public static final int SOL_PACKET = 263;

  // ---- SOL_SOCKET

  public static final int SO_DEBUG = 1;
  public static final int SO_REUSEADDR = 2;
  public static final int SO_TYPE = 3;
  public static final int SO_ERROR = 4;
  public static final int SO_DONTROUTE = 5;
  public static final int SO_BROADCAST = 6;
  public static final int SO_SNDBUF = 7;
  public static final int SO_RCVBUF = 8;
  public static final int SO_KEEPALIVE = 9;
  public static final int SO_OOBINLINE = 10;
  public static final int SO_PRIORITY = 12;
  public static final int SO_LINGER = 13;
  public static final int SO_REUSEPORT = 15;
  public static final int SO_RCVLOWAT = 18;
  public static final int SO_SNDLOWAT = 19;
  public static final int SO_RCVTIMEO = 20;
  public static final int SO_SNDTIMEO = 21;
  public static final int SO_BINDTODEVICE = 25;
  public static final int SO_TIMESTAMP = 29;
  public static final int SO_ACCEPTCONN = 30;
  public static final int SO_SNDBUFFORCE = 32;
  public static final int SO_RCVBUFFORCE = 33;
  public static final int SO_TIMESTAMPNS = 35;
  public static final int SO_MARK = 36;
  public static final int SO_PROTOCOL = 38;
  public static final int SO_DOMAIN = 39;
  public static final int SO_MAX_PACING_RATE = 47;
  public static final int SO_BINDTOIFINDEX = 62;
  public static final int SO_TIMESTAMP_NEW = 63;
  public static final int SO_TIMESTAMPNS_NEW = 64;

  // ---- SOL_IP

  public static final int IP_TOS = 1;
  public static final int IP_TTL = 2;
  public static final int IP_HDRINCL = 3;
  public static final int IP_OPTIONS = 4;
  public static final int IP_RECVOPTS = 6;
  public static final int IP_PKTINFO = 8;
  public static final int IP_MTU_DISCOVER = 10;
  public static final int IP_RECVERR = 11;
  public static final int IP_RECVTTL = 12;
  public static final int IP_RECVTOS = 13;
  public static final int IP_MTU = 14;
  public static final int IP_FREEBIND = 15;
  public static final int IP_TRANSPARENT = 19;
  public static final int IP_BIND_ADDRESS_NO_PORT = 24;
  public static final int IP_MULTICAST_IF = 32;
  public static final int IP_MULTICAST_TTL = 33;
  public static final int IP_MULTICAST_LOOP = 34;
  public static final int IP_ADD_MEMBERSHIP = 35;
  public static final int IP_DROP_MEMBERSHIP = 36;
  public static final int IP_UNBLOCK_SOURCE = 37;
  public static final int IP_BLOCK_SOURCE = 38;
  public static final int IP_ADD_SOURCE_MEMBERSHIP = 39;
  public static final int IP_DROP_SOURCE_MEMBERSHIP = 40;
  public static final int IP_MSFILTER = 41;
  public static final int MCAST_JOIN_GROUP = 42;
  public static final int MCAST_BLOCK_SOURCE = 43;
  public static final int MCAST_UNBLOCK_SOURCE = 44;
  public static final int MCAST_LEAVE_GROUP = 45;
  public static final int MCAST_JOIN_SOURCE_GROUP = 46;
  public static final int MCAST_LEAVE_SOURCE_GROUP = 47;
  public static final int MCAST_MSFILTER = 48;
  public static final int IP_MULTICAST_ALL = 49;

  // ---- IPPROTO_IPV6

  public static final int IPV6_CHECKSUM = 7;
  public static final int IPV6_UNICAST_HOPS = 16;
  public static final int IPV6_MULTICAST_IF = 17;
  public static final int IPV6_MULTICAST_HOPS = 18;
  public static final int IPV6_MULTICAST_LOOP = 19;
  public static final int IPV6_JOIN_GROUP = 20;
  public static final int IPV6_LEAVE_GROUP = 21;
  public static final int IPV6_MTU_DISCOVER = 23;
  public static final int IPV6_MTU = 24;
  public static final int IPV6_RECVERR = 25;
  public static final int IPV6_V6ONLY = 26;
  public static final int IPV6_MULTICAST_ALL = 29;
  public static final int IPV6_RECVPKTINFO = 49;
  public static final int IPV6_PKTINFO = 50;
  public static final int IPV6_RECVHOPLIMIT = 51;
  public static final int IPV6_HOPLIMIT = 52;
  public static final int IPV6_DONTFRAG = 62;
  public static final int IPV6_RECVTCLASS = 66;
  public static final int IPV6_TCLASS = 67;

  // ---- IPPROTO_TCP

  public static final int TCP_NODELAY = 1;
  public static final int TCP_MAXSEG = 2;
  public static final int TCP_CORK = 3;
  public static final int TCP_KEEPIDLE = 4;
  public static final int TCP_KEEPINTVL = 5;
  public static final int TCP_KEEPCNT = 6;
  public static final int TCP_SYNCNT = 7;
  public static final int TCP_LINGER2 = 8;
  public static final int TCP_DEFER_ACCEPT = 9;
  public static final int TCP_WINDOW_CLAMP = 10;
  public static final int TCP_INFO = 11;
  public static final int TCP_QUICKACK = 12;
  public static final int TCP_CONGESTION = 13;
  public static final int TCP_USER_TIMEOUT = 18;
  public static final int TCP_NOTSENT_LOWAT = 25;

  // ---- Values of IP_MTU_DISCOVER and IPV6_MTU_DISCOVER

  public static final int PMTUDISC_DONT = 0;
  public static final int PMTUDISC_WANT = 1;
  public static final int PMTUDISC_DO = 2;
  public static final int PMTUDISC_PROBE = 3;
  public static final int PMTUDISC_INTERFACE = 4;
  public static final int PMTUDISC_OMIT = 5;

  private SocketOptions() {}
}
