package dev.patchbay.backend.sys;

import static dev.patchbay.backend.sys.MessageLayout.INT;
import static dev.patchbay.backend.sys.MessageLayout.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Receives datagrams of UDP, ping, raw and unix sockets in bursts by recvmmsg(2), and entries of
 * their error queues. One reader serves all sockets of a loop:
 *
 * <pre>
 *   int n = reader.receive(fd);            // negative errno, -EAGAIN when there is nothing
 *   for (int i = 0; i &lt; n; i++) {
 *     reader.select(i);
 *     reader.copyTo(packet, offset);       // length() bytes from source()
 *   }
 * </pre>
 *
 * What was received stays until the next receive. A socket with an error pending gives it once as
 * the result (ECONNREFUSED …) in place of data: read the error queue and go on. No method but the
 * constructor allocates. One thread at a time.
 */
public final class DatagramReader implements AutoCloseable {
  private static final int CONTROL_BYTES = 256;
  private static final ValueLayout.OfInt INT_BE = INT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG_BE = LONG.withOrder(ByteOrder.BIG_ENDIAN);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment area;
  private final int slots;
  private final int slotBytes;
  private final long names;
  private final long controls;
  private final long data;

  /** Headers of these first slots may hold what the kernel wrote and must be made ready again. */
  private int used;

  private int filled;
  private int current;

  private final SockAddr source = new SockAddr();
  private final SockAddr destination = new SockAddr();
  private final SockAddr offender = new SockAddr();
  private int ttl;
  private int tos;
  private int interfaceIndex;
  private int errorNumber;
  private int errorOrigin;
  private int errorType;
  private int errorCode;
  private int errorInfo;

  /**
   * Allocates the memory of a burst.
   *
   * @param slots datagrams per call, 1 to 1024 (the kernel's UIO_MAXIOV)
   * @param slotBytes room for each: what is longer is cut and {@link #truncated}
   */
  public DatagramReader(int slots, int slotBytes) {
    if (slots < 1 || slots > 1024 || slotBytes < 1) {
      throw new IllegalArgumentException("slots " + slots + ", slotBytes " + slotBytes);
    }
    this.slots = slots;
    this.slotBytes = slotBytes;
    long iovs = (long) slots * MessageLayout.HEADER_BYTES;
    names = iovs + (long) slots * MessageLayout.IOV_BYTES;
    controls = names + (long) slots * SockAddr.MAX_BYTES;
    data = controls + (long) slots * CONTROL_BYTES;
    area = arena.allocate(data + (long) slots * slotBytes, 64);
    for (int i = 0; i < slots; i++) {
      long header = (long) i * MessageLayout.HEADER_BYTES;
      long iov = iovs + (long) i * MessageLayout.IOV_BYTES;
      area.set(LONG, iov, area.address() + data + (long) i * slotBytes);
      area.set(LONG, iov + 8, slotBytes);
      area.set(LONG, header + MessageLayout.NAME_AT, area.address() + name(i));
      area.set(LONG, header + MessageLayout.IOV_AT, area.address() + iov);
      area.set(LONG, header + MessageLayout.IOV_COUNT_AT, 1);
      area.set(LONG, header + MessageLayout.CONTROL_AT, area.address() + control(i));
    }
    used = slots;
  }

  private long name(int slot) {
    return names + (long) slot * SockAddr.MAX_BYTES;
  }

  private long control(int slot) {
    return controls + (long) slot * CONTROL_BYTES;
  }

  /**
   * Receives up to a burst. Returns the count, or the negative errno, {@code -EAGAIN} where nothing
   * waits.
   */
  public int receive(int fd) {
    return receive(fd, slots, Linux.MSG_DONTWAIT);
  }

  /** Receives up to {@code limit} datagrams: a budget below the burst. */
  public int receive(int fd, int limit) {
    return receive(fd, Math.clamp(limit, 1, slots), Linux.MSG_DONTWAIT);
  }

  /**
   * Takes entries from the error queue (IP_RECVERR). For each, {@link #copyTo} gives the bytes of
   * the datagram that met the error as far as ICMP brought them back, {@link #source} where that
   * datagram was sent to, {@link #offender} who reported.
   */
  public int receiveErrors(int fd) {
    return receive(fd, slots, Linux.MSG_DONTWAIT | Linux.MSG_ERRQUEUE);
  }

  private int receive(int fd, int limit, int flags) {
    if (!area.scope().isAlive()) {
      throw new IllegalStateException("reader is closed");
    }
    for (int i = 0; i < used; i++) {
      long header = (long) i * MessageLayout.HEADER_BYTES;
      area.set(INT, header + MessageLayout.NAME_LENGTH_AT, SockAddr.MAX_BYTES);
      area.set(LONG, header + MessageLayout.CONTROL_LENGTH_AT, CONTROL_BYTES);
      area.set(INT, header + MessageLayout.FLAGS_AT, 0);
    }
    int count = Libc.recvmmsg(fd, area.address(), limit, flags);
    filled = Math.max(count, 0);
    // the message at which a burst ended with an error may have been written to as well
    used = Math.min(filled + 1, slots);
    return count;
  }

  /**
   * Makes datagram {@code index} of the last burst the current one, whose facts the accessors give.
   */
  public void select(int index) {
    if (index < 0 || index >= filled) {
      throw new IndexOutOfBoundsException("datagram " + index + " of " + filled);
    }
    current = index;
    long header = (long) index * MessageLayout.HEADER_BYTES;
    source.decode(area, name(index), area.get(INT, header + MessageLayout.NAME_LENGTH_AT));
    ttl = -1;
    tos = -1;
    interfaceIndex = 0;
    errorNumber = 0;
    errorOrigin = 0;
    errorType = 0;
    errorCode = 0;
    errorInfo = 0;
    destination.clear();
    offender.clear();
    parseControl(
        control(index),
        Math.min(area.get(LONG, header + MessageLayout.CONTROL_LENGTH_AT), CONTROL_BYTES));
  }

  private void parseControl(long at, long length) {
    long end = at + length;
    while (at + MessageLayout.CMSG_DATA_AT <= end) {
      long size = area.get(LONG, at);
      if (size < MessageLayout.CMSG_DATA_AT || size > end - at) {
        return;
      }
      int level = area.get(INT, at + MessageLayout.CMSG_LEVEL_AT);
      int type = area.get(INT, at + MessageLayout.CMSG_TYPE_AT);
      long value = at + MessageLayout.CMSG_DATA_AT;
      int bytes = (int) (size - MessageLayout.CMSG_DATA_AT);
      if (level == Linux.IPPROTO_IP) {
        parseInet4(type, value, bytes);
      } else if (level == Linux.IPPROTO_IPV6) {
        parseInet6(type, value, bytes);
      }
      at += MessageLayout.align(size);
    }
  }

  private void parseInet4(int type, long value, int bytes) {
    switch (type) {
      case Linux.IP_TTL -> ttl = area.get(INT, value);
      case Linux.IP_TOS -> tos = area.get(ValueLayout.JAVA_BYTE, value) & 0xff;
      case Linux.IP_PKTINFO -> {
        // in_pktinfo: index, our address for answers, the header's destination
        interfaceIndex = area.get(INT, value);
        destination.setInet4(area.get(INT_BE, value + 8), 0);
      }
      case Linux.IP_RECVERR -> parseError(value, bytes);
      default -> {}
    }
  }

  private void parseInet6(int type, long value, int bytes) {
    switch (type) {
      case Linux.IPV6_HOPLIMIT -> ttl = area.get(INT, value);
      case Linux.IPV6_TCLASS -> tos = area.get(INT, value) & 0xff;
      case Linux.IPV6_PKTINFO -> {
        interfaceIndex = area.get(INT, value + 16);
        long hi = area.get(LONG_BE, value);
        int scope = hi >>> 54 == 0xfe80L >>> 6 ? interfaceIndex : 0;
        destination.setInet6(hi, area.get(LONG_BE, value + 8), scope, 0);
      }
      case Linux.IPV6_RECVERR -> parseError(value, bytes);
      default -> {}
    }
  }

  private void parseError(long value, int bytes) {
    if (bytes < MessageLayout.EE_OFFENDER_AT) {
      return;
    }
    errorNumber = area.get(INT, value);
    errorOrigin = area.get(ValueLayout.JAVA_BYTE, value + MessageLayout.EE_ORIGIN_AT) & 0xff;
    errorType = area.get(ValueLayout.JAVA_BYTE, value + MessageLayout.EE_TYPE_AT) & 0xff;
    errorCode = area.get(ValueLayout.JAVA_BYTE, value + MessageLayout.EE_CODE_AT) & 0xff;
    errorInfo = area.get(INT, value + MessageLayout.EE_INFO_AT);
    offender.decode(
        area, value + MessageLayout.EE_OFFENDER_AT, bytes - MessageLayout.EE_OFFENDER_AT);
  }

  /** Bytes of the current datagram that are here, 0 for an empty one. */
  public int length() {
    int length =
        area.get(INT, (long) current * MessageLayout.HEADER_BYTES + MessageLayout.LENGTH_AT);
    return Math.min(length, slotBytes);
  }

  /** Whether the current datagram was longer than a slot. */
  public boolean truncated() {
    return (flags() & Linux.MSG_TRUNC) != 0;
  }

  private int flags() {
    return area.get(INT, (long) current * MessageLayout.HEADER_BYTES + MessageLayout.FLAGS_AT);
  }

  /**
   * Copies the current datagram whole. Returns its length; the array must have that much room at
   * {@code offset}.
   */
  public int copyTo(byte[] target, int offset) {
    int length = length();
    copyTo(0, target, offset, length);
    return length;
  }

  /** Copies a part of the current datagram. */
  public void copyTo(int from, byte[] target, int offset, int length) {
    if (from < 0 || length > length() - from) {
      throw new IndexOutOfBoundsException("range " + from + "+" + length + " of " + length());
    }
    long at = data + (long) current * slotBytes + from;
    MemorySegment.copy(area, ValueLayout.JAVA_BYTE, at, target, offset, length);
  }

  /** One byte of the current datagram, 0 to 255. */
  public int byteAt(int index) {
    if (index < 0 || index >= length()) {
      throw new IndexOutOfBoundsException("byte " + index + " of " + length());
    }
    return area.get(ValueLayout.JAVA_BYTE, data + (long) current * slotBytes + index) & 0xff;
  }

  /**
   * The sender (error queue: the original destination); unset for an unnamed unix peer. Overwritten
   * by select.
   */
  public SockAddr source() {
    return source;
  }

  /** The address it was sent to, port 0 (needs {@link SockOpt#receivePacketInfo}), else unset. */
  public SockAddr destination() {
    return destination;
  }

  /** Index of the interface it came by (packet information), else 0. */
  public int interfaceIndex() {
    return interfaceIndex;
  }

  /** TTL or hop limit, 0 to 255 (needs {@link SockOpt#receiveTtl}), else -1. */
  public int ttl() {
    return ttl;
  }

  /** Type of service or traffic class, 0 to 255 (needs {@link SockOpt#receiveTos}), else -1. */
  public int tos() {
    return tos;
  }

  /** Of an entry of the error queue: its positive errno ({@code ee_errno}), else 0. */
  public int errorNumber() {
    return errorNumber;
  }

  /** {@link Linux#SO_EE_ORIGIN_LOCAL}, _ICMP or _ICMP6. */
  public int errorOrigin() {
    return errorOrigin;
  }

  /** ICMP type, 0 to 255. */
  public int errorType() {
    return errorType;
  }

  /** ICMP code, 0 to 255. */
  public int errorCode() {
    return errorCode;
  }

  /** The path MTU with EMSGSIZE ({@code ee_info}). */
  public int errorInfo() {
    return errorInfo;
  }

  /** The node that sent the ICMP error, port 0; unset for local errors. */
  public SockAddr offender() {
    return offender;
  }

  @Override
  public void close() {
    if (area.scope().isAlive()) {
      arena.close();
    }
  }
}
