package dev.patchbay.backend.sys;

import dev.patchbay.stack.socket.Errno;
import java.lang.foreign.ValueLayout;

/**
 * The sockets by which ICMP echo leaves a host, see icmp(7) and raw(7).
 *
 * <p>A ping socket sends echo requests alone; the kernel fills in the checksum and replaces the
 * identifier by the socket's local port, and gives replies to that identifier without the IP
 * header. A raw IPv4 socket gives ICMP with the IP header, a raw ICMPv6 socket without it, and
 * computes the ICMPv6 checksum. The kernel gives each message to all raw sockets, so ours have a
 * filter.
 */
public final class IcmpSocket {
  private static final int ECHO_REPLY4 = 0;
  private static final int ECHO_REPLY6 = 129;

  // instructions: class, size and mode of linux/bpf_common.h
  private static final int LOAD_BYTE = 0x30;
  private static final int LOAD_HALF = 0x28;
  private static final int LOAD_BYTE_AT_X = 0x50;
  private static final int LOAD_HALF_AT_X = 0x48;
  private static final int LOAD_X_HEADER_LENGTH = 0xb1;
  private static final int JUMP_EQUAL = 0x15;
  private static final int RETURN = 0x06;
  private static final long ALL = 0xffff_ffffL;

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
   * A raw socket that hears replies to echo requests of one identifier, whoever sent them.
   *
   * @param id the identifier, 0 to 65535
   * @return the descriptor; {@code -EPERM} without CAP_NET_RAW
   */
  public static int openRaw(int family, int id) {
    int fd = Fd.socket(family, Linux.SOCK_RAW, protocol(family));
    int result = fd < 0 ? fd : repliesOnly(fd, family, id);
    if (fd >= 0 && result < 0) {
      Fd.close(fd);
      return result;
    }
    return fd;
  }

  /**
   * SO_ATTACH_FILTER with a program of classic BPF (linux/filter.h). The packet begins with the IP
   * header in IPv4, behind it in IPv6.
   */
  private static int repliesOnly(int fd, int family, int id) {
    long[] program =
        family == Linux.AF_INET6
            ? new long[] {
              step(LOAD_BYTE, 0, 0), // type
              step(JUMP_EQUAL, 3, ECHO_REPLY6),
              step(LOAD_HALF, 0, 4), // identifier
              step(JUMP_EQUAL, 1, id),
              step(RETURN, 0, ALL),
              step(RETURN, 0, 0)
            }
            : new long[] {
              step(LOAD_X_HEADER_LENGTH, 0, 0),
              step(LOAD_BYTE_AT_X, 0, 0),
              step(JUMP_EQUAL, 3, ECHO_REPLY4),
              step(LOAD_HALF_AT_X, 0, 4),
              step(JUMP_EQUAL, 1, id),
              step(RETURN, 0, ALL),
              step(RETURN, 0, 0)
            };
    // a sock_fprog (count, pointer), and behind it the sock_filters
    CallState state = CallState.get();
    state.area.set(ValueLayout.JAVA_SHORT, 0, (short) program.length);
    state.area.set(ValueLayout.JAVA_LONG, 8, state.address + 16);
    for (int i = 0; i < program.length; i++) {
      state.area.set(ValueLayout.JAVA_LONG, 16 + 8L * i, program[i]);
    }
    return Libc.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_ATTACH_FILTER, state.address, 16);
  }

  /** A sock_filter: code (16 bits), steps to skip where true and where false (8 each), operand. */
  private static long step(int code, int skipUnless, long operand) {
    return operand << 32 | (long) skipUnless << 24 | code;
  }

  /** Whether {@code result} of openPing or openRaw says that we lack the right. */
  public static boolean isDenied(int result) {
    return result == -Errno.EPERM || result == -Errno.EACCES;
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
