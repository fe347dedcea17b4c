package dev.patchbay.backend.sys;

/**
 * The sockets by which ICMP echo leaves a host, see icmp(7) and raw(7).
 *
 * <p>A ping socket sends echo requests alone; the kernel fills in the checksum and replaces the
 * identifier by the socket's local port, and gives replies to that identifier without the IP
 * header. A raw IPv4 socket gives all ICMP with the IP header, a raw ICMPv6 socket without it, and
 * computes the ICMPv6 checksum.
 */
public final class IcmpSocket {
  private IcmpSocket() {}

  /**
   * A ping socket (SOCK_DGRAM, IPPROTO_ICMP or IPPROTO_ICMPV6).
   *
   * @return the descriptor; {@code -EACCES} where our group is not in net.ipv4.ping_group_range
   */
  public static int openPing(int family) {
    return Fd.socket(family, Linux.SOCK_DGRAM, protocol(family));
  }

  /**
   * A raw socket.
   *
   * @return the descriptor; {@code -EPERM} without CAP_NET_RAW
   */
  public static int openRaw(int family) {
    return Fd.socket(family, Linux.SOCK_RAW, protocol(family));
  }

  private static int protocol(int family) {
    return family == Linux.AF_INET6 ? Linux.IPPROTO_ICMPV6 : Linux.IPPROTO_ICMP;
  }

  /**
   * Why a socket could not be had, in words with the remedy, for the positive {@code errno} of
   * openPing or openRaw.
   */
  public static String explain(int errno) {
    return switch (errno) {
      case Errno.EACCES ->
          "this user's group is not in the sysctl net.ipv4.ping_group_range (it also rules IPv6)";
      case Errno.EPERM -> "raw sockets need CAP_NET_RAW";
      case Errno.EAFNOSUPPORT, Errno.EPROTONOSUPPORT -> "this kernel has no such protocol";
      default -> Errno.text(errno);
    };
  }
}
