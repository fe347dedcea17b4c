package dev.patchbay.backend.sys;

import java.lang.foreign.ValueLayout;

/**
 * Offsets of {@code struct mmsghdr}, {@code iovec} and {@code cmsghdr} on x86-64 ({@code
 * bits/socket.h}, cmsg(3)), and of {@code sock_extended_err} ({@code linux/errqueue.h}).
 */
final class MessageLayout {
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  static final int HEADER_BYTES = 64;
  static final int NAME_AT = 0;
  static final int NAME_LENGTH_AT = 8;
  static final int IOV_AT = 16;
  static final int IOV_COUNT_AT = 24;
  static final int CONTROL_AT = 32;
  static final int CONTROL_LENGTH_AT = 40;
  static final int FLAGS_AT = 48;

  /** Of mmsghdr: bytes received or sent. */
  static final int LENGTH_AT = 56;

  static final int IOV_BYTES = 16;

  static final int CMSG_LEVEL_AT = 8;
  static final int CMSG_TYPE_AT = 12;
  static final int CMSG_DATA_AT = 16;

  static final int EE_ORIGIN_AT = 4;
  static final int EE_TYPE_AT = 5;
  static final int EE_CODE_AT = 6;
  static final int EE_INFO_AT = 8;
  static final int EE_OFFENDER_AT = 16;

  private MessageLayout() {}

  /** CMSG_ALIGN. */
  static long align(long length) {
    return length + 7 & ~7L;
  }
}
