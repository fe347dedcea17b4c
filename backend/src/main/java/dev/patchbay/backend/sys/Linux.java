package dev.patchbay.backend.sys;

/**
 * Numbers of the Linux kernel's interface to user space for x86-64, under the names of its headers
 * ({@code sys/socket.h}, {@code netinet/in.h}, {@code linux/errqueue.h}, {@code linux/if_tun.h},
 * {@code asm-generic}).
 */
public final class Linux {
  public static final int AF_UNSPEC = 0;
  public static final int AF_UNIX = 1;
  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;

  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_RAW = 3;
  public static final int SOCK_NONBLOCK = 0x800;
  public static final int SOCK_CLOEXEC = 0x80000;

  public static final int IPPROTO_IP = 0;
  public static final int IPPROTO_ICMP = 1;
  public static final int IPPROTO_TCP = 6;
  public static final int IPPROTO_UDP = 17;
  public static final int IPPROTO_IPV6 = 41;
  public static final int IPPROTO_ICMPV6 = 58;

  public static final int SOL_SOCKET = 1;
  public static final int SO_REUSEADDR = 2;
  public static final int SO_TYPE = 3;
  public static final int SO_ERROR = 4;
  public static final int SO_BROADCAST = 6;
  public static final int SO_SNDBUF = 7;
  public static final int SO_RCVBUF = 8;
  public static final int SO_KEEPALIVE = 9;
  public static final int SO_OOBINLINE = 10;
  public static final int SO_LINGER = 13;
  public static final int SO_REUSEPORT = 15;
  public static final int SO_PEERCRED = 17;
  public static final int SO_BINDTODEVICE = 25;
  public static final int SO_ATTACH_FILTER = 26;
  public static final int SO_SNDBUFFORCE = 32;
  public static final int SO_RCVBUFFORCE = 33;
  public static final int SO_MARK = 36;

  public static final int IP_TOS = 1;
  public static final int IP_TTL = 2;
  public static final int IP_PKTINFO = 8;
  public static final int IP_MTU_DISCOVER = 10;
  public static final int IP_RECVERR = 11;
  public static final int IP_RECVTTL = 12;
  public static final int IP_RECVTOS = 13;
  public static final int IP_MTU = 14;
  public static final int IP_BIND_ADDRESS_NO_PORT = 24;
  public static final int IP_MULTICAST_IF = 32;
  public static final int IP_MULTICAST_TTL = 33;
  public static final int IP_MULTICAST_LOOP = 34;
  public static final int IP_ADD_MEMBERSHIP = 35;
  public static final int IP_DROP_MEMBERSHIP = 36;
  public static final int IP_MULTICAST_ALL = 49;

  public static final int IPV6_UNICAST_HOPS = 16;
  public static final int IPV6_MULTICAST_IF = 17;
  public static final int IPV6_MULTICAST_HOPS = 18;
  public static final int IPV6_MULTICAST_LOOP = 19;
  public static final int IPV6_JOIN_GROUP = 20;
  public static final int IPV6_MTU_DISCOVER = 23;
  public static final int IPV6_RECVERR = 25;
  public static final int IPV6_V6ONLY = 26;
  public static final int IPV6_RECVPKTINFO = 49;
  public static final int IPV6_PKTINFO = 50;
  public static final int IPV6_RECVHOPLIMIT = 51;
  public static final int IPV6_HOPLIMIT = 52;
  public static final int IPV6_RECVTCLASS = 66;
  public static final int IPV6_TCLASS = 67;

  /**
   * Values of IP_MTU_DISCOVER: fragment, refuse above the path MTU, or set DF and ignore the path
   * MTU known.
   */
  public static final int IP_PMTUDISC_DONT = 0;

  public static final int IP_PMTUDISC_DO = 2;
  public static final int IP_PMTUDISC_PROBE = 3;

  public static final int TCP_NODELAY = 1;
  public static final int TCP_USER_TIMEOUT = 18;

  public static final int UDP_SEGMENT = 103;

  public static final int MSG_OOB = 1;
  public static final int MSG_CTRUNC = 8;
  public static final int MSG_TRUNC = 0x20;
  public static final int MSG_DONTWAIT = 0x40;
  public static final int MSG_ERRQUEUE = 0x2000;
  public static final int MSG_NOSIGNAL = 0x4000;
  public static final int MSG_MORE = 0x8000;

  public static final int SHUT_RD = 0;
  public static final int SHUT_WR = 1;
  public static final int SHUT_RDWR = 2;

  /** Origins of an entry of the error queue ({@code linux/errqueue.h}). */
  public static final int SO_EE_ORIGIN_LOCAL = 1;

  public static final int SO_EE_ORIGIN_ICMP = 2;
  public static final int SO_EE_ORIGIN_ICMP6 = 3;

  public static final int F_DUPFD_CLOEXEC = 1030;
  public static final int F_GETFL = 3;
  public static final int F_SETFL = 4;

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_TRUNC = 0x200;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_NOFOLLOW = 0x20000;
  public static final int O_CLOEXEC = 0x80000;

  public static final int EFD_SEMAPHORE = 1;
  public static final int EFD_NONBLOCK = 0x800;
  public static final int EFD_CLOEXEC = 0x80000;

  /**
   * Bytes not yet taken by the peer (unix sockets) or not yet acknowledged (TCP); {@code
   * linux/sockios.h}.
   */
  public static final long SIOCOUTQ = 0x5411;

  /** Bytes (streams) or size of the next datagram that can be read. */
  public static final long FIONREAD = 0x541B;

  public static final long TUNSETIFF = 0x400454caL;
  public static final int IFF_TUN = 1;
  public static final int IFF_TAP = 2;
  public static final int IFF_NO_PI = 0x1000;
  public static final int IFF_VNET_HDR = 0x4000;

  /** Length of an interface name with its final NUL. */
  public static final int IFNAMSIZ = 16;

  private Linux() {}
}
