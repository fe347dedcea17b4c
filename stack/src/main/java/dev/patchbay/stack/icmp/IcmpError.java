package dev.patchbay.stack.icmp;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import org.jspecify.annotations.Nullable;

/**
 * A received ICMP error and what it quotes (Linux: {@code sock_extended_err}, {@code
 * icmp_err_convert}, {@code icmpv6_err_convert}). One object for all, valid during the call in
 * which it is shown.
 */
public final class IcmpError {
  /** Errors and whether they are fatal, by code of ICMP type 3. */
  private static final int[] UNREACHABLE4 = {
    Errno.ENETUNREACH,
    Errno.EHOSTUNREACH,
    -Errno.ENOPROTOOPT,
    -Errno.ECONNREFUSED,
    Errno.EMSGSIZE,
    Errno.EOPNOTSUPP,
    -Errno.ENETUNREACH,
    -Errno.EHOSTDOWN,
    -Errno.ENONET,
    -Errno.ENETUNREACH,
    -Errno.EHOSTUNREACH,
    Errno.ENETUNREACH,
    Errno.EHOSTUNREACH,
    -Errno.EHOSTUNREACH,
    -Errno.EHOSTUNREACH,
    -Errno.EHOSTUNREACH
  };

  /** The same by code of ICMPv6 type 1. */
  private static final int[] UNREACHABLE6 = {
    Errno.ENETUNREACH,
    -Errno.EACCES,
    Errno.EHOSTUNREACH,
    Errno.EHOSTUNREACH,
    -Errno.ECONNREFUSED,
    -Errno.EACCES,
    -Errno.EACCES
  };

  private boolean v4;
  private int type;
  private int code;
  private int mtu;
  private int errno;
  private boolean fatal;

  /** The quoted packet's source, ours. */
  public long srcHi;

  public long srcLo;

  /** The quoted packet's destination. */
  public long dstHi;

  public long dstLo;

  /** The quoted packet's protocol. */
  public int protocol;

  /** Offset in {@link #packet} at which the quoted transport header begins. */
  public int transport;

  private @Nullable Packet packet;

  IcmpError() {}

  void set(Packet about, boolean four, int ofType, int ofCode, int rest) {
    packet = about;
    v4 = four;
    type = ofType;
    code = ofCode;
    mtu = 0;
    int found = four ? convert4(ofType, ofCode) : convert6(ofType, ofCode);
    errno = Math.abs(found);
    fatal = found < 0;
    if (four && ofType == 3 && ofCode == 4) {
      mtu = rest & 0xffff;
    } else if (!four && ofType == 2) {
      mtu = rest;
    }
  }

  private static int convert4(int type, int code) {
    return switch (type) {
      case 3 -> code < UNREACHABLE4.length ? UNREACHABLE4[code] : Errno.EHOSTUNREACH;
      case 12 -> -Errno.EPROTO;
      // ping_err: no error, but ping wants to see it
      case 4 -> Errno.EREMOTEIO;
      default -> Errno.EHOSTUNREACH;
    };
  }

  private static int convert6(int type, int code) {
    return switch (type) {
      case 1 -> code < UNREACHABLE6.length ? UNREACHABLE6[code] : -Errno.EPROTO;
      case 2 -> Errno.EMSGSIZE;
      case 3 -> Errno.EHOSTUNREACH;
      case 4 -> -Errno.EPROTO;
      default -> Errno.EPROTO;
    };
  }

  public boolean isV4() {
    return v4;
  }

  /** Type of the ICMP message. */
  public int type() {
    return type;
  }

  /** Code of the ICMP message. */
  public int code() {
    return code;
  }

  /** The MTU that a "too big" names (32 bits unsigned for ICMPv6), else 0. */
  public int mtu() {
    return mtu;
  }

  /** Whether it says that a packet did not fit. */
  public boolean isTooBig() {
    return v4 ? type == 3 && code == 4 : type == 2;
  }

  /** Whether it is a source quench, which all but ping sockets ignore (RFC 6633 section 3). */
  public boolean isSourceQuench() {
    return v4 && type == 4;
  }

  /** One of {@link Errno}, positive. */
  public int errno() {
    return errno;
  }

  /** Whether a connected socket is told also if it did not ask for errors. */
  public boolean isFatal() {
    return fatal;
  }

  /** The ICMP message: its source is who noticed. */
  public Packet packet() {
    Packet about = packet;
    if (about == null) {
      throw new IllegalStateException("no error is being shown");
    }
    return about;
  }
}
