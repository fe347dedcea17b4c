package dev.patchbay.backend.sys;

import dev.patchbay.stack.socket.Errno;
import java.lang.foreign.ValueLayout;

/**
 * Socket options by their purpose, for both families. Each returns 0 or the negative errno.
 * Sources: socket(7), ip(7), ipv6(7), tcp(7).
 */
public final class SockOpt {
  private SockOpt() {}

  /** SO_REUSEADDR: a listener may take a port over that has connections in TIME-WAIT. */
  public static int reuseAddress(int fd, boolean on) {
    return Fd.setOption(fd, Linux.SOL_SOCKET, Linux.SO_REUSEADDR, on ? 1 : 0);
  }

  /** SO_RCVBUF in bytes; the kernel doubles it and caps it at net.core.rmem_max. */
  public static int receiveBuffer(int fd, int bytes) {
    return Fd.setOption(fd, Linux.SOL_SOCKET, Linux.SO_RCVBUF, bytes);
  }

  /** SO_SNDBUF in bytes; the kernel doubles it and caps it at net.core.wmem_max. */
  public static int sendBuffer(int fd, int bytes) {
    return Fd.setOption(fd, Linux.SOL_SOCKET, Linux.SO_SNDBUF, bytes);
  }

  /** SO_BROADCAST. */
  public static int broadcast(int fd, boolean on) {
    return Fd.setOption(fd, Linux.SOL_SOCKET, Linux.SO_BROADCAST, on ? 1 : 0);
  }

  /**
   * Whether the kernel knows UDP_SEGMENT (4.18 and later), see {@link DatagramWriter#join}: an
   * older one would send the datagrams as one.
   */
  public static boolean knowsUdpSegments(int fd) {
    return Fd.getOption(fd, Linux.IPPROTO_UDP, Linux.UDP_SEGMENT) >= 0;
  }

  /** TCP_NODELAY: no Nagle. */
  public static int noDelay(int fd, boolean on) {
    return Fd.setOption(fd, Linux.IPPROTO_TCP, Linux.TCP_NODELAY, on ? 1 : 0);
  }

  /** SO_OOBINLINE: urgent data is read where it stands in the stream. */
  public static int urgentInLine(int fd) {
    return Fd.setOption(fd, Linux.SOL_SOCKET, Linux.SO_OOBINLINE, 1);
  }

  /** SO_LINGER with time 0: close(2) resets the connection (RST) and drops what was not sent. */
  public static int resetOnClose(int fd) {
    CallState state = CallState.get();
    state.area.set(ValueLayout.JAVA_INT, 0, 1);
    state.area.set(ValueLayout.JAVA_INT, 4, 0);
    return Libc.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_LINGER, state.address, 8);
  }

  /**
   * IP_RECVERR or IPV6_RECVERR: ICMP errors and local ones wait in the error queue. UDP, ping and
   * TCP sockets.
   */
  public static int receiveErrors(int fd, int family, boolean on) {
    return byFamily(fd, family, Linux.IP_RECVERR, Linux.IPV6_RECVERR, on ? 1 : 0);
  }

  /** IP_RECVTTL or IPV6_RECVHOPLIMIT: see {@link DatagramReader#ttl}. */
  public static int receiveTtl(int fd, int family, boolean on) {
    return byFamily(fd, family, Linux.IP_RECVTTL, Linux.IPV6_RECVHOPLIMIT, on ? 1 : 0);
  }

  /** IP_RECVTOS or IPV6_RECVTCLASS: see {@link DatagramReader#tos}. */
  public static int receiveTos(int fd, int family, boolean on) {
    return byFamily(fd, family, Linux.IP_RECVTOS, Linux.IPV6_RECVTCLASS, on ? 1 : 0);
  }

  /** IP_PKTINFO or IPV6_RECVPKTINFO: see {@link DatagramReader#destination}. */
  public static int receivePacketInfo(int fd, int family, boolean on) {
    return byFamily(fd, family, Linux.IP_PKTINFO, Linux.IPV6_RECVPKTINFO, on ? 1 : 0);
  }

  /** IP_TTL or IPV6_UNICAST_HOPS, 1 to 255; -1 for the system's own. */
  public static int ttl(int fd, int family, int hops) {
    return byFamily(fd, family, Linux.IP_TTL, Linux.IPV6_UNICAST_HOPS, hops);
  }

  /** IP_TOS or IPV6_TCLASS, 0 to 255. */
  public static int tos(int fd, int family, int value) {
    return byFamily(fd, family, Linux.IP_TOS, Linux.IPV6_TCLASS, value);
  }

  /**
   * IP_MTU_DISCOVER or IPV6_MTU_DISCOVER: {@link Linux#IP_PMTUDISC_DONT} (no DF), _DO or _PROBE.
   */
  public static int mtuDiscover(int fd, int family, int mode) {
    return byFamily(fd, family, Linux.IP_MTU_DISCOVER, Linux.IPV6_MTU_DISCOVER, mode);
  }

  /** IPV6_V6ONLY: an AF_INET6 listener leaves IPv4 to another. */
  public static int v6Only(int fd, boolean on) {
    return Fd.setOption(fd, Linux.IPPROTO_IPV6, Linux.IPV6_V6ONLY, on ? 1 : 0);
  }

  /** IP_MULTICAST_LOOP or IPV6_MULTICAST_LOOP: members on this host hear what this socket sends. */
  public static int multicastLoop(int fd, int family, boolean on) {
    return byFamily(fd, family, Linux.IP_MULTICAST_LOOP, Linux.IPV6_MULTICAST_LOOP, on ? 1 : 0);
  }

  /** IP_MULTICAST_TTL or IPV6_MULTICAST_HOPS, 0 to 255. */
  public static int multicastTtl(int fd, int family, int hops) {
    return byFamily(fd, family, Linux.IP_MULTICAST_TTL, Linux.IPV6_MULTICAST_HOPS, hops);
  }

  /** IP_MULTICAST_ALL: with false only groups that this socket joined are heard, as one expects. */
  public static int multicastAll(int fd, boolean on) {
    return Fd.setOption(fd, Linux.IPPROTO_IP, Linux.IP_MULTICAST_ALL, on ? 1 : 0);
  }

  /**
   * Joins a group.
   *
   * @param group the group, AF_INET or AF_INET6
   * @param local address of the interface to join on, used for IPv4; an unset one leaves the choice
   *     to the kernel
   * @param interfaceIndex its index, used for IPv6 and, where not 0, before {@code local} for IPv4
   */
  public static int multicastJoin(int fd, SockAddr group, SockAddr local, int interfaceIndex) {
    CallState state = CallState.get();
    if (group.family() == Linux.AF_INET) {
      mreqn(state, group, local, interfaceIndex);
      return Libc.setsockopt(fd, Linux.IPPROTO_IP, Linux.IP_ADD_MEMBERSHIP, state.address, 12);
    }
    if (group.family() != Linux.AF_INET6) {
      return -Errno.EAFNOSUPPORT;
    }
    // ipv6_mreq: the address stands 8 bytes into a sockaddr_in6
    group.encode(state.area, 0);
    state.area.set(ValueLayout.JAVA_INT, 24, interfaceIndex);
    return Libc.setsockopt(fd, Linux.IPPROTO_IPV6, Linux.IPV6_JOIN_GROUP, state.address + 8, 20);
  }

  /**
   * IP_MULTICAST_IF by address (IPv4, index 0) or by index: the interface by which multicast
   * leaves.
   */
  public static int multicastInterface(int fd, int family, SockAddr local, int interfaceIndex) {
    if (family == Linux.AF_INET6) {
      return Fd.setOption(fd, Linux.IPPROTO_IPV6, Linux.IPV6_MULTICAST_IF, interfaceIndex);
    }
    CallState state = CallState.get();
    mreqn(state, null, local, interfaceIndex);
    return Libc.setsockopt(fd, Linux.IPPROTO_IP, Linux.IP_MULTICAST_IF, state.address, 12);
  }

  /** Lays out an ip_mreqn: group, local address (network order), index. */
  private static void mreqn(
      CallState state,
      @org.jspecify.annotations.Nullable SockAddr group,
      SockAddr local,
      int index) {
    state.area.set(
        ValueLayout.JAVA_INT, 0, group == null ? 0 : Integer.reverseBytes(group.inet4()));
    int address = local.family() == Linux.AF_INET ? local.inet4() : 0;
    state.area.set(ValueLayout.JAVA_INT, 4, Integer.reverseBytes(address));
    state.area.set(ValueLayout.JAVA_INT, 8, index);
  }

  private static int byFamily(int fd, int family, int name4, int name6, int value) {
    return switch (family) {
      case Linux.AF_INET -> Fd.setOption(fd, Linux.IPPROTO_IP, name4, value);
      case Linux.AF_INET6 -> Fd.setOption(fd, Linux.IPPROTO_IPV6, name6, value);
      default -> -Errno.EAFNOSUPPORT;
    };
  }
}
