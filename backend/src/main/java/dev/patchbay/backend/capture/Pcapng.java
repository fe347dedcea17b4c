package dev.patchbay.backend.capture;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of pcapng (draft-ietf-opsawg-pcapng), little-endian, written into an array. All methods
 * return the position behind the block; the caller has made sure of the room.
 */
final class Pcapng {
  /** LINKTYPE_ETHERNET. */
  static final int ETHERNET = 1;

  /** LINKTYPE_RAW: begins with an IPv4 or IPv6 header. */
  static final int RAW = 101;

  /** LINKTYPE_NFLOG: begins with family, version and group of a message of NFLOG. */
  static final int NFLOG = 239;

  /** Type of the section header block, the same in both byte orders. */
  static final int SECTION_HEADER = 0x0a0d0d0a;

  static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;

  /** Direction in epb_flags: bits 0 and 1. */
  static final int INBOUND = 1;

  static final int OUTBOUND = 2;

  /** Bytes of a packet's block beside data and comment, options and padding included. */
  static final int PACKET_OVERHEAD = 32 + 8 + 12 + 8 + 8;

  private static final int INTERFACE_DESCRIPTION = 1;
  private static final int INTERFACE_STATISTICS = 5;
  private static final int ENHANCED_PACKET = 6;

  private static final int OPT_COMMENT = 1;
  private static final int SHB_OS = 3;
  private static final int SHB_USERAPPL = 4;
  private static final int IF_NAME = 2;
  private static final int IF_DESCRIPTION = 3;
  private static final int IF_MACADDR = 6;
  private static final int IF_TSRESOL = 9;
  private static final int EPB_FLAGS = 2;
  private static final int EPB_DROPCOUNT = 4;
  private static final int ISB_STARTTIME = 2;
  private static final int ISB_ENDTIME = 3;
  private static final int ISB_IFRECV = 4;
  private static final int ISB_IFDROP = 5;

  private static final byte NANOSECONDS = 9;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Pcapng() {}

  private static int put32(byte[] to, int at, int value) {
    INT.set(to, at, value);
    return at + 4;
  }

  private static int option(byte[] to, int at, int code, byte[] value) {
    SHORT.set(to, at, (short) code);
    SHORT.set(to, at + 2, (short) value.length);
    System.arraycopy(value, 0, to, at + 4, value.length);
    return pad(to, at + 4 + value.length, value.length);
  }

  private static int option(byte[] to, int at, int code, String value) {
    return option(to, at, code, value.getBytes(StandardCharsets.UTF_8));
  }

  private static int option64(byte[] to, int at, int code, long value) {
    SHORT.set(to, at, (short) code);
    SHORT.set(to, at + 2, (short) 8);
    LONG.set(to, at + 4, value);
    return at + 12;
  }

  /** A time as interface statistics have it: the high half first. */
  private static int optionTime(byte[] to, int at, int code, long nanos) {
    SHORT.set(to, at, (short) code);
    SHORT.set(to, at + 2, (short) 8);
    put32(to, at + 4, (int) (nanos >>> 32));
    return put32(to, at + 8, (int) nanos);
  }

  /** Zero bytes up to the next multiple of four of {@code length}. */
  private static int pad(byte[] to, int at, int length) {
    int end = at + (-length & 3);
    Arrays.fill(to, at, end, (byte) 0);
    return end;
  }

  private static int begin(byte[] to, int at, int type) {
    return put32(to, at, type) + 4;
  }

  /** Ends the options, and writes the block's length at both its ends. */
  private static int end(byte[] to, int start, int at, boolean options) {
    int behind = options ? put32(to, at, 0) : at;
    int length = behind + 4 - start;
    put32(to, start + 4, length);
    return put32(to, behind, length);
  }

  /** Section Header Block: what follows belongs to one capture by one program. */
  static int section(byte[] to, int start, String application) {
    int at = begin(to, start, SECTION_HEADER);
    at = put32(to, at, BYTE_ORDER_MAGIC);
    at = put32(to, at, 1); // version 1.0
    LONG.set(to, at, -1L); // the section's length is not known
    at += 8;
    at = option(to, at, SHB_OS, "Linux");
    at = option(to, at, SHB_USERAPPL, application);
    return end(to, start, at, true);
  }

  /**
   * Interface Description Block; interfaces are numbered from 0 in the order of these blocks.
   *
   * @param linkType {@link #ETHERNET}, {@link #RAW} or {@link #NFLOG}
   * @param description for people; may be empty
   * @param mac Ethernet address, 0 for none
   */
  static int device(byte[] to, int start, int linkType, String name, String description, long mac) {
    int at = begin(to, start, INTERFACE_DESCRIPTION);
    at = put32(to, at, linkType);
    at = put32(to, at, 0); // no limit of a packet's length
    at = option(to, at, IF_NAME, name);
    if (!description.isEmpty()) {
      at = option(to, at, IF_DESCRIPTION, description);
    }
    if (mac != 0) {
      byte[] bytes = new byte[6];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (mac >>> 40 - 8 * i);
      }
      at = option(to, at, IF_MACADDR, bytes);
    }
    at = option(to, at, IF_TSRESOL, new byte[] {NANOSECONDS});
    return end(to, start, at, true);
  }

  /**
   * Enhanced Packet Block up to its options, which {@link #endPacket} adds.
   *
   * @param device number of its interface
   * @param nanos since 1970, UTC
   * @return where the options begin
   */
  static int beginPacket(
      byte[] to, int start, int device, long nanos, byte[] data, int offset, int length) {
    int at = begin(to, start, ENHANCED_PACKET);
    at = put32(to, at, device);
    at = put32(to, at, (int) (nanos >>> 32));
    at = put32(to, at, (int) nanos);
    at = put32(to, at, length);
    at = put32(to, at, length);
    System.arraycopy(data, offset, to, at, length);
    return pad(to, at + length, length);
  }

  /**
   * The options and the end of an Enhanced Packet Block.
   *
   * @param options where they begin, from {@link #beginPacket}
   * @param direction {@link #INBOUND}, {@link #OUTBOUND}, or 0 where it is not known
   * @param lost packets of this interface that the capture lost before this one
   * @param comment its text in UTF-8, or null
   */
  static int endPacket(
      byte[] to, int start, int options, int direction, long lost, byte @Nullable [] comment) {
    int at = options;
    if (direction != 0) {
      SHORT.set(to, at, (short) EPB_FLAGS);
      SHORT.set(to, at + 2, (short) 4);
      at = put32(to, at + 4, direction);
    }
    if (lost != 0) {
      at = option64(to, at, EPB_DROPCOUNT, lost);
    }
    if (comment != null) {
      at = option(to, at, OPT_COMMENT, comment);
    }
    return end(to, start, at, at > options);
  }

  /**
   * Interface Statistics Block.
   *
   * @param device number of the interface
   * @param from when the capture began, ns since 1970
   * @param until when it ended
   * @param seen packets that passed the interface meanwhile
   * @param lost those of them that the capture lost
   */
  static int statistics(
      byte[] to, int start, int device, long from, long until, long seen, long lost) {
    int at = begin(to, start, INTERFACE_STATISTICS);
    at = put32(to, at, device);
    at = put32(to, at, (int) (until >>> 32));
    at = put32(to, at, (int) until);
    at = optionTime(to, at, ISB_STARTTIME, from);
    at = optionTime(to, at, ISB_ENDTIME, until);
    at = option64(to, at, ISB_IFRECV, seen);
    at = option64(to, at, ISB_IFDROP, lost);
    return end(to, start, at, true);
  }
}
