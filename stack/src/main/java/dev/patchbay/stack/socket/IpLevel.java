package dev.patchbay.stack.socket;

import dev.patchbay.stack.wire.Addresses;

/**
 * The options of the levels {@code SOL_IP} and {@code IPPROTO_IPV6} that every inet socket has
 * ({@code do_ip_setsockopt}, {@code do_ipv6_setsockopt}); those of multicast are an {@link
 * OptionHook}'s.
 */
final class IpLevel {
  private static final int DEFAULT_HOPS = 64;

  /** Value of -1: the namespace's default. */
  int ttl = -1;

  int tos;
  int mtuDiscover = SocketOptions.PMTUDISC_WANT;
  boolean receiveErrors;
  boolean packetInfo;
  boolean receiveTtl;
  boolean receiveTos;
  boolean bindAddressNoPort;
  boolean v6Only;
  int hops = -1;
  int trafficClass;
  int mtuDiscover6 = SocketOptions.PMTUDISC_WANT;
  boolean receiveErrors6;
  boolean packetInfo6;
  boolean receiveHopLimit;
  boolean receiveTrafficClass;

  /** What an accepted socket has from its listener. */
  void inherit(IpLevel from) {
    ttl = from.ttl;
    tos = from.tos;
    mtuDiscover = from.mtuDiscover;
    receiveErrors = from.receiveErrors;
    packetInfo = from.packetInfo;
    receiveTtl = from.receiveTtl;
    receiveTos = from.receiveTos;
    bindAddressNoPort = from.bindAddressNoPort;
    v6Only = from.v6Only;
    hops = from.hops;
    trafficClass = from.trafficClass;
    mtuDiscover6 = from.mtuDiscover6;
    receiveErrors6 = from.receiveErrors6;
    packetInfo6 = from.packetInfo6;
    receiveHopLimit = from.receiveHopLimit;
    receiveTrafficClass = from.receiveTrafficClass;
  }

  /** An option of {@code SOL_IP}; 0 or an error. */
  int set4(InetSocket socket, int name, byte[] value, int length) {
    int v = OptionValue.intOrByte(value, length);
    switch (name) {
      case SocketOptions.IP_TTL -> {
        if (length < 1 || v != -1 && (v < 1 || v > 255)) {
          return -Errno.EINVAL;
        }
        ttl = v;
      }
      // the ECN bits of a stream are TCP's own
      case SocketOptions.IP_TOS ->
          tos = socket.type() == SocketType.SOCK_STREAM ? v & 0xfc | tos & 3 : v & 0xff;
      case SocketOptions.IP_MTU_DISCOVER -> {
        if (v < SocketOptions.PMTUDISC_DONT || v > SocketOptions.PMTUDISC_OMIT) {
          return -Errno.EINVAL;
        }
        if (!isForType(socket, v)) {
          return -Errno.EOPNOTSUPP;
        }
        mtuDiscover = v;
      }
      case SocketOptions.IP_RECVERR -> {
        receiveErrors = v != 0;
        if (!receiveErrors) {
          socket.errors.clear();
        }
      }
      case SocketOptions.IP_PKTINFO -> packetInfo = v != 0;
      case SocketOptions.IP_RECVTTL -> receiveTtl = v != 0;
      case SocketOptions.IP_RECVTOS -> receiveTos = v != 0;
      case SocketOptions.IP_BIND_ADDRESS_NO_PORT -> {
        if (v != 0 && socket.type() != SocketType.SOCK_STREAM) {
          return -Errno.EOPNOTSUPP;
        }
        bindAddressNoPort = v != 0;
      }
      default -> {
        return -Errno.ENOPROTOOPT;
      }
    }
    return 0;
  }

  /** An option of {@code SOL_IP}: bytes written or an error. */
  int get4(InetSocket socket, int name, byte[] value, int length) {
    int v =
        switch (name) {
          case SocketOptions.IP_TTL -> ttl == -1 ? socket.stack().conf().defaultTtl : ttl;
          case SocketOptions.IP_TOS -> tos;
          case SocketOptions.IP_MTU_DISCOVER -> mtuDiscover;
          case SocketOptions.IP_RECVERR -> bit(receiveErrors);
          case SocketOptions.IP_PKTINFO -> bit(packetInfo);
          case SocketOptions.IP_RECVTTL -> bit(receiveTtl);
          case SocketOptions.IP_RECVTOS -> bit(receiveTos);
          case SocketOptions.IP_BIND_ADDRESS_NO_PORT -> bit(bindAddressNoPort);
          case SocketOptions.IP_MTU -> mtu(socket, true);
          default -> -Errno.ENOPROTOOPT - 1000;
        };
    if (v <= -1000) {
      return v + 1000;
    }
    if (length < 4 && length > 0 && v >= 0 && v <= 255) {
      value[0] = (byte) v;
      return 1;
    }
    return OptionValue.put(value, length, v);
  }

  /** TCP always forbids fragmentation and goes by the path: that is WANT and DO. */
  private static boolean isForType(InetSocket socket, int policy) {
    return socket.type() != SocketType.SOCK_STREAM
        || policy == SocketOptions.PMTUDISC_WANT
        || policy == SocketOptions.PMTUDISC_DO;
  }

  private static int mtu(InetSocket socket, boolean v4) {
    if (!socket.isConnected() || Addresses.isV4(socket.remoteHi(), socket.remoteLo()) != v4) {
      return -Errno.ENOTCONN - 1000;
    }
    return socket.pathMtu();
  }

  private static int bit(boolean flag) {
    return flag ? 1 : 0;
  }

  /** An option of {@code IPPROTO_IPV6}; 0 or an error. */
  int set6(InetSocket socket, int name, byte[] value, int length) {
    boolean valid = length >= 4;
    int v = valid ? OptionValue.int32(value, 0) : 0;
    switch (name) {
      case SocketOptions.IPV6_V6ONLY -> {
        if (!valid || socket.localPort() != 0) {
          return -Errno.EINVAL;
        }
        v6Only = v != 0;
      }
      case SocketOptions.IPV6_UNICAST_HOPS -> {
        if (!valid || v > 255 || v < -1) {
          return -Errno.EINVAL;
        }
        hops = v;
      }
      case SocketOptions.IPV6_TCLASS -> {
        if (!valid || v < -1 || v > 255) {
          return -Errno.EINVAL;
        }
        int wanted = v == -1 ? 0 : v;
        trafficClass =
            socket.type() == SocketType.SOCK_STREAM ? wanted & 0xfc | trafficClass & 3 : wanted;
      }
      case SocketOptions.IPV6_MTU_DISCOVER -> {
        if (!valid || v < SocketOptions.PMTUDISC_DONT || v > SocketOptions.PMTUDISC_OMIT) {
          return -Errno.EINVAL;
        }
        if (!isForType(socket, v)) {
          return -Errno.EOPNOTSUPP;
        }
        mtuDiscover6 = v;
      }
      case SocketOptions.IPV6_RECVERR -> {
        if (!valid) {
          return -Errno.EINVAL;
        }
        receiveErrors6 = v != 0;
        if (!receiveErrors6) {
          socket.errors.clear();
        }
      }
      case SocketOptions.IPV6_RECVPKTINFO,
          SocketOptions.IPV6_RECVHOPLIMIT,
          SocketOptions.IPV6_RECVTCLASS -> {
        if (!valid) {
          return -Errno.EINVAL;
        }
        receive6(name, v != 0);
      }
      default -> {
        return -Errno.ENOPROTOOPT;
      }
    }
    return 0;
  }

  private void receive6(int name, boolean on) {
    switch (name) {
      case SocketOptions.IPV6_RECVPKTINFO -> packetInfo6 = on;
      case SocketOptions.IPV6_RECVHOPLIMIT -> receiveHopLimit = on;
      default -> receiveTrafficClass = on;
    }
  }

  /** An option of {@code IPPROTO_IPV6}: bytes written or an error. */
  int get6(InetSocket socket, int name, byte[] value, int length) {
    int v =
        switch (name) {
          case SocketOptions.IPV6_V6ONLY -> bit(v6Only);
          case SocketOptions.IPV6_UNICAST_HOPS -> hops == -1 ? DEFAULT_HOPS : hops;
          case SocketOptions.IPV6_TCLASS -> trafficClass;
          case SocketOptions.IPV6_MTU_DISCOVER -> mtuDiscover6;
          case SocketOptions.IPV6_RECVERR -> bit(receiveErrors6);
          case SocketOptions.IPV6_RECVPKTINFO -> bit(packetInfo6);
          case SocketOptions.IPV6_RECVHOPLIMIT -> bit(receiveHopLimit);
          case SocketOptions.IPV6_RECVTCLASS -> bit(receiveTrafficClass);
          case SocketOptions.IPV6_MTU -> mtu(socket, false);
          default -> -Errno.ENOPROTOOPT - 1000;
        };
    return v <= -1000 ? v + 1000 : OptionValue.put(value, length, v);
  }

  /** Time to live or hop limit of what is sent, 0: the default. */
  int hopLimit(boolean v4) {
    int wanted = v4 ? ttl : hops;
    return wanted == -1 ? 0 : wanted;
  }

  /** TOS or traffic class of what is sent. */
  int classOf(boolean v4) {
    return v4 ? tos : trafficClass;
  }
}
