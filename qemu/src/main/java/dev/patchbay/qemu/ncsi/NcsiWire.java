package dev.patchbay.qemu.ncsi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Offsets within an NC-SI frame and its checksum (DSP0222, control packet format). */
final class NcsiWire {
  static final int ETHER_TYPE = 0x88f8;
  static final int ETHERNET_HEADER = 14;
  static final int MIN_FRAME = 60;

  /** Control packet header behind the Ethernet header, in bytes. */
  static final int HEADER = 16;

  static final int CHECKSUM = 4;
  static final int REVISION = 1;

  /** Added to a command's type in its answer. */
  static final int RESPONSE = 0x80;

  static final int AEN = 0xff;

  // Offsets from the start of the control packet.
  static final int AT_MC_ID = 0;
  static final int AT_REVISION = 1;
  static final int AT_IID = 3;
  static final int AT_TYPE = 4;
  static final int AT_CHANNEL = 5;
  static final int AT_LENGTH = 6;

  /** The payload length has twelve bits; the four above are reserved. */
  static final int LENGTH_MASK = 0x0fff;

  static final int PACKAGE_SHIFT = 5;
  static final int CHANNEL_MASK = 0x1f;

  private static final VarHandle U16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle U32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle U64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private NcsiWire() {}

  static int u8(byte[] b, int at) {
    return b[at] & 0xff;
  }

  static int u16(byte[] b, int at) {
    return (short) U16.get(b, at) & 0xffff;
  }

  static int u32(byte[] b, int at) {
    return (int) U32.get(b, at);
  }

  static long u48(byte[] b, int at) {
    return ((long) u16(b, at) << 32) | (u32(b, at + 2) & 0xffff_ffffL);
  }

  static void u16(byte[] b, int at, int value) {
    U16.set(b, at, (short) value);
  }

  static void u32(byte[] b, int at, int value) {
    U32.set(b, at, value);
  }

  static void u64(byte[] b, int at, long value) {
    U64.set(b, at, value);
  }

  /** Length with the padding to 32 bits that stands before the checksum. */
  static int aligned(int length) {
    return (length + 3) & ~3;
  }

  /**
   * Two's complement of the sum of 16-bit words over header and payload.
   *
   * @param length even; padding included
   */
  static int checksum(byte[] b, int from, int length) {
    int sum = 0;
    for (int at = from; at < from + length; at += 2) {
      sum += u16(b, at);
    }
    return -sum;
  }

  /** Colon form of the low 48 bits. */
  static String mac(long value) {
    StringBuilder text = new StringBuilder(17);
    for (int shift = 40; shift >= 0; shift -= 8) {
      int octet = (int) (value >> shift) & 0xff;
      text.append(shift == 40 ? "" : ":").append(octet < 16 ? "0" : "");
      text.append(Integer.toHexString(octet));
    }
    return text.toString();
  }
}
