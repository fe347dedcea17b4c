package dev.patchbay.backend.sys;

import static dev.patchbay.backend.sys.MessageLayout.INT;
import static dev.patchbay.backend.sys.MessageLayout.LONG;
import static dev.patchbay.backend.sys.MessageLayout.SHORT;

import dev.patchbay.stack.socket.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Gathers datagrams and sends them as one burst by sendmmsg(2), each to a destination of its own if
 * wanted. One writer serves all sockets of a loop as long as it is empty when the socket changes:
 *
 * <pre>
 *   while (!writer.add(packet, offset, length, destination)) {
 *     writer.sendAll(fd);
 *   }
 *   …
 *   int unsent = writer.sendAll(fd);
 * </pre>
 *
 * An empty datagram is never sent but by {@link #addEmpty}: a zero-length frame ends QEMU's dgram
 * netdev. No method but the constructor allocates. One thread at a time.
 */
public final class DatagramWriter implements AutoCloseable {
  private static final int CONTROL_BYTES = 128;

  /** UDP_MAX_SEGMENTS of the kernels that have fewest. */
  private static final int MAX_SEGMENTS = 64;

  /** Bytes of one message: an IP packet without the longest headers. */
  private static final int MAX_MESSAGE = 65_000;

  private static final ValueLayout.OfLong LONG_BE = LONG.withOrder(ByteOrder.BIG_ENDIAN);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment area;
  private final int slots;
  private final int dataBytes;
  private final long iovs;
  private final long names;
  private final long controls;
  private final long data;

  private int head;
  private int tail;
  private int dataUsed;

  /**
   * Of the message added last: its bytes, the length of its first datagram, datagrams, end of its
   * control. What joining changes is written down when the message is complete.
   */
  private int total;

  private int segment;

  private int segments;
  private boolean shorter;
  private long controlEnd;

  private int ttl;
  private int tos;
  private int sourceIndex;
  private final SockAddr source = new SockAddr();

  private long failures;
  private int lastErrno;
  private long emptyRefused;

  /**
   * Allocates the memory of a burst.
   *
   * @param slots datagrams per burst, 1 to 1024
   * @param dataBytes bytes of all datagrams of a burst together, at least one of the longest
   */
  public DatagramWriter(int slots, int dataBytes) {
    if (slots < 1 || slots > 1024 || dataBytes < 1) {
      throw new IllegalArgumentException("slots " + slots + ", dataBytes " + dataBytes);
    }
    this.slots = slots;
    this.dataBytes = dataBytes;
    iovs = (long) slots * MessageLayout.HEADER_BYTES;
    names = iovs + (long) slots * MessageLayout.IOV_BYTES;
    controls = names + (long) slots * SockAddr.MAX_BYTES;
    data = controls + (long) slots * CONTROL_BYTES;
    area = arena.allocate(data + dataBytes, 64);
    for (int i = 0; i < slots; i++) {
      long header = (long) i * MessageLayout.HEADER_BYTES;
      long iov = iovs + (long) i * MessageLayout.IOV_BYTES;
      area.set(LONG, header + MessageLayout.IOV_AT, area.address() + iov);
      area.set(LONG, header + MessageLayout.IOV_COUNT_AT, 1);
    }
    clearOptions();
  }

  /** The TTL or hop limit of datagrams added from now on, 1 to 255; 0 for the socket's own. */
  public void setTtl(int hops) {
    ttl = hops;
  }

  /**
   * The type of service or traffic class of datagrams added from now on, 0 to 255; -1 for the
   * socket's own.
   */
  public void setTos(int value) {
    tos = value;
  }

  /**
   * The source address of datagrams added from now on (packet information); unset for the kernel's
   * choice.
   */
  public void setSource(SockAddr address, int interfaceIndex) {
    source.copyFrom(address);
    sourceIndex = interfaceIndex;
  }

  /** Takes back what setTtl, setTos and setSource said. */
  public void clearOptions() {
    ttl = 0;
    tos = -1;
    source.clear();
    sourceIndex = 0;
  }

  /**
   * Copies a datagram in.
   *
   * @param destination where to, an unset one for a connected socket
   * @return false where there is no room: send first. An empty one is refused, counted in {@link
   *     #emptyRefused}, true.
   */
  public boolean add(byte[] from, int offset, int length, SockAddr destination) {
    return addPadded(from, offset, length, 0, destination);
  }

  /** As add, with zero bytes appended up to {@code minimum}: a frame as Ethernet wants it. */
  public boolean addPadded(byte[] from, int offset, int length, int minimum, SockAddr destination) {
    if (length == 0) {
      emptyRefused++;
      return true;
    }
    int total = Math.max(length, minimum);
    if (tail == slots || total > dataBytes - dataUsed) {
      return false;
    }
    long at = data + dataUsed;
    MemorySegment.copy(from, offset, area, ValueLayout.JAVA_BYTE, at, length);
    for (int i = length; i < total; i++) {
      area.set(ValueLayout.JAVA_BYTE, at + i, (byte) 0);
    }
    append(total, destination);
    return true;
  }

  /** Adds an empty datagram, which UDP knows. Returns false where there is no room. */
  public boolean addEmpty(SockAddr destination) {
    if (tail == slots) {
      return false;
    }
    append(0, destination);
    return true;
  }

  /**
   * Puts a datagram behind those of the message added last, to the same destination with the same
   * options: the kernel takes both by one way through its layers and cuts them apart at the end
   * (UDP_SEGMENT, udp(7); for sockets of which {@link SockOpt#knowsUdpSegments} says so).
   *
   * @return false where that cannot be: the first one is of another length, a shorter one came
   *     already, there is no room, or there is no message. Then {@link #add} it.
   */
  public boolean join(byte[] from, int offset, int length) {
    if (tail == head || length == 0 || length > segment || shorter || segments == MAX_SEGMENTS) {
      return false;
    }
    if (total + length > MAX_MESSAGE || length > dataBytes - dataUsed) {
      return false;
    }
    MemorySegment.copy(from, offset, area, ValueLayout.JAVA_BYTE, data + dataUsed, length);
    dataUsed += length;
    total += length;
    segments++;
    shorter = length < segment;
    return true;
  }

  /** Writes down what was joined to the message added last. */
  private void seal() {
    if (segments > 1) {
      area.set(SHORT, controlEnd + MessageLayout.CMSG_DATA_AT, (short) segment);
      setControl(tail - 1, cmsg(controlEnd, Linux.IPPROTO_UDP, Linux.UDP_SEGMENT, 2));
      area.set(LONG, iovs + (long) (tail - 1) * MessageLayout.IOV_BYTES + 8, total);
      segments = 1;
      shorter = true;
    }
  }

  private void append(int length, SockAddr destination) {
    seal();
    long header = (long) tail * MessageLayout.HEADER_BYTES;
    long iov = iovs + (long) tail * MessageLayout.IOV_BYTES;
    long name = names + (long) tail * SockAddr.MAX_BYTES;
    area.set(LONG, iov, area.address() + data + dataUsed);
    area.set(LONG, iov + 8, length);
    int nameLength = destination.encode(area, name);
    area.set(LONG, header + MessageLayout.NAME_AT, nameLength == 0 ? 0 : area.address() + name);
    area.set(INT, header + MessageLayout.NAME_LENGTH_AT, nameLength);
    long control = controls + (long) tail * CONTROL_BYTES;
    long end = control;
    if (ttl > 0 || tos >= 0 || source.isSet()) {
      end =
          appendControl(
              control, destination.family() == Linux.AF_INET6 || source.family() == Linux.AF_INET6);
    }
    setControl(tail, end);
    dataUsed += length;
    total = length;
    segment = length;
    segments = 1;
    shorter = false;
    tail++;
  }

  private void setControl(int slot, long end) {
    long header = (long) slot * MessageLayout.HEADER_BYTES;
    long control = controls + (long) slot * CONTROL_BYTES;
    area.set(
        LONG, header + MessageLayout.CONTROL_AT, end == control ? 0 : area.address() + control);
    area.set(LONG, header + MessageLayout.CONTROL_LENGTH_AT, end - control);
    controlEnd = end;
  }

  private long appendControl(long at, boolean six) {
    int level = six ? Linux.IPPROTO_IPV6 : Linux.IPPROTO_IP;
    if (ttl > 0) {
      at = appendInt(at, level, six ? Linux.IPV6_HOPLIMIT : Linux.IP_TTL, ttl);
    }
    if (tos >= 0) {
      at = appendInt(at, level, six ? Linux.IPV6_TCLASS : Linux.IP_TOS, tos);
    }
    if (!source.isSet()) {
      return at;
    }
    long value = at + MessageLayout.CMSG_DATA_AT;
    if (six) {
      area.set(LONG_BE, value, source.hi());
      area.set(LONG_BE, value + 8, source.lo());
      area.set(INT, value + 16, sourceIndex);
      return cmsg(at, level, Linux.IPV6_PKTINFO, 20);
    }
    area.set(INT, value, sourceIndex);
    area.set(INT, value + 4, Integer.reverseBytes(source.inet4()));
    area.set(INT, value + 8, 0);
    return cmsg(at, level, Linux.IP_PKTINFO, 12);
  }

  private long appendInt(long at, int level, int type, int value) {
    area.set(INT, at + MessageLayout.CMSG_DATA_AT, value);
    return cmsg(at, level, type, 4);
  }

  private long cmsg(long at, int level, int type, int bytes) {
    long length = (long) MessageLayout.CMSG_DATA_AT + bytes;
    area.set(LONG, at, length);
    area.set(INT, at + MessageLayout.CMSG_LEVEL_AT, level);
    area.set(INT, at + MessageLayout.CMSG_TYPE_AT, type);
    return at + MessageLayout.align(length);
  }

  /** Messages that wait to be sent: datagrams, where none was joined. */
  public int pending() {
    return tail - head;
  }

  /**
   * Sends what waits with one call.
   *
   * @return how many messages went, at least 1, and fewer than waited where the next one failed or
   *     the socket is full; 0 where none waited; or the negative errno of the first: with {@code
   *     -EAGAIN} it waits on, for else see {@link #dropHead}. With IP_RECVERR an error of an
   *     earlier datagram is given here once, and the same send goes through when repeated.
   */
  public int send(int fd) {
    if (head == tail) {
      return 0;
    }
    if (!area.scope().isAlive()) {
      throw new IllegalStateException("writer is closed");
    }
    seal();
    long headers = area.address() + (long) head * MessageLayout.HEADER_BYTES;
    int sent = Libc.sendmmsg(fd, headers, tail - head, Linux.MSG_DONTWAIT | Linux.MSG_NOSIGNAL);
    if (sent > 0) {
      head += sent;
      reuse();
    }
    return sent;
  }

  /** Gives up the first message that waits. */
  public void dropHead() {
    if (head < tail) {
      head++;
      reuse();
    }
  }

  /**
   * Sends all that waits: a datagram whose send fails twice is dropped and counted, so that an
   * error left by an earlier one costs nothing.
   *
   * @return 0 when none waits any more, else how many wait since the socket is full (EAGAIN or
   *     ENOBUFS)
   */
  public int sendAll(int fd) {
    boolean repeated = false;
    while (head < tail) {
      int result = send(fd);
      if (result == -Errno.EAGAIN || result == -Errno.ENOBUFS) {
        break;
      }
      if (result < 0 && repeated) {
        failures++;
        lastErrno = -result;
        dropHead();
      }
      repeated = result < 0 && !repeated;
    }
    return tail - head;
  }

  /** Forgets all that waits. */
  public void clear() {
    head = tail;
    reuse();
  }

  private void reuse() {
    if (head == tail) {
      head = 0;
      tail = 0;
      dataUsed = 0;
    }
  }

  /** Datagrams that {@link #sendAll} dropped. */
  public long failures() {
    return failures;
  }

  /** The positive errno of the last of them, 0 where there was none. */
  public int lastErrno() {
    return lastErrno;
  }

  /** Empty datagrams that add refused. */
  public long emptyRefused() {
    return emptyRefused;
  }

  @Override
  public void close() {
    if (area.scope().isAlive()) {
      arena.close();
    }
  }
}
