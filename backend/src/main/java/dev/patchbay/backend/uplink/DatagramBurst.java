package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.DatagramWriter;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.backend.sys.SockOpt;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.loop.TurnTask;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams of guests that leave by one socket of the host, gathered until another socket's come or
 * the turn ends, and sent by one sendmmsg(2). Those of one length to one destination go through the
 * kernel as one (UDP_SEGMENT), which is most of what a datagram costs: a guest that floods the
 * world takes that much less from the others.
 *
 * <p>The packets are kept until they are sent: what the kernel refuses is told to the guest packet
 * by packet, as if each had been sent by itself. The order of one socket's datagrams is kept. No
 * method but the constructor allocates. On the loop.
 */
final class DatagramBurst implements AutoCloseable {
  /** Messages of a call: few, since those left at a turn's end are sent on nobody's time. */
  private static final int MESSAGES = 16;

  private static final int PACKETS = 256;
  private static final int BYTES = 128 << 10;

  /** A socket of the host by which datagrams of guests leave. */
  interface Sender {
    /** Its descriptor. */
    int fd();

    /** Reads what waits in its error queue, an error that a send gave instead of sending. */
    void drainErrors();

    /** Sends a datagram by itself and takes the packet; tells the guest where that fails. */
    void sendNow(Packet p, int at, int length, SockAddr to);

    /** A datagram was refused with this errno; takes the packet. */
    void failed(Packet p, int errno);

    /** What is known of the way to its peers; one and the same as long as the socket lives. */
    SegmentLimit segments();
  }

  /** The longest datagram that the way from one socket takes as a segment, learned by refusals. */
  static final class SegmentLimit {
    private int longest = Integer.MAX_VALUE;

    private boolean takes(int length) {
      return length <= longest;
    }

    private void refused(int length) {
      longest = Math.min(longest, length - 1);
    }

    /** In bytes. */
    int longest() {
      return longest;
    }
  }

  private final EventLoop loop;
  private final UplinkCounters counters;
  private final TurnTask endOfTurn = TurnTask.of(this::flush);
  private final DatagramWriter writer = new DatagramWriter(MESSAGES, BYTES);

  /** For what is sent by itself, also while a burst is. */
  private final DatagramWriter single = new DatagramWriter(1, 1 << 16);

  private final @Nullable Packet[] packets = new Packet[PACKETS];
  private final int[] offsets = new int[PACKETS];
  private final int[] lengths = new int[PACKETS];

  /** Of each message: its destination, and its first packet; the end of the last behind them. */
  private final SockAddr[] destinations = new SockAddr[MESSAGES];

  private final int[] firsts = new int[MESSAGES + 1];
  private @Nullable Sender sender;
  private int count;
  private int messages;
  private int ttl;
  private int tos;
  private boolean flushing;

  /** The sender that is being served says that its socket goes. */
  private boolean cut;

  private boolean asked;
  private boolean segments;

  DatagramBurst(EventLoop loop, UplinkCounters counters) {
    this.loop = loop;
    this.counters = counters;
    Arrays.setAll(destinations, _ -> new SockAddr());
  }

  /**
   * Takes a packet whose datagram is to leave by {@code by}, at the latest at the end of this turn.
   *
   * @param at where in the packet the bytes for the host's socket begin
   * @param hops TTL or hop limit, 0 for the socket's own
   * @param service type of service or traffic class, -1 for the socket's own
   */
  void add(Sender by, Packet p, int at, int length, SockAddr to, int hops, int service) {
    if (flushing) {
      by.sendNow(p, at, length, to);
      return;
    }
    if (!isOf(by) || count == PACKETS) {
      flush();
    }
    boolean same = count > 0 && hops == ttl && service == tos;
    if (!same || !joins(by, p, at, length, to)) {
      ttl = hops;
      tos = service;
      if (!begin(p, at, length, to)) {
        flush();
        begin(p, at, length, to);
      }
    }
    if (count == 0) {
      sender = by;
      loop.atEndOfTurn(endOfTurn);
    }
    packets[count] = p;
    offsets[count] = at;
    lengths[count] = length;
    firsts[messages] = ++count;
  }

  private boolean joins(Sender by, Packet p, int at, int length, SockAddr to) {
    return by.segments().takes(length)
        && knowsSegments(by)
        && to.same(destinations[messages - 1])
        && writer.join(p.data, at, length);
  }

  private boolean knowsSegments(Sender by) {
    if (!asked) {
      asked = true;
      segments = SockOpt.knowsUdpSegments(by.fd());
    }
    return segments;
  }

  private boolean begin(Packet p, int at, int length, SockAddr to) {
    writer.setTtl(ttl);
    writer.setTos(tos);
    if (!(length == 0 ? writer.addEmpty(to) : writer.add(p.data, at, length, to))) {
      return false;
    }
    firsts[messages] = count;
    destinations[messages].copyFrom(to);
    messages++;
    return true;
  }

  @SuppressWarnings("ReferenceEquality") // the very object is meant
  private boolean isOf(Sender by) {
    return by == sender;
  }

  /**
   * Sends what was gathered for {@code by}, whose socket is about to change or to be closed. Called
   * by {@code by} while it is told of a failure, it drops the rest instead, which can no longer be
   * sent by the socket it was meant for: {@link DropReason#HOST_ERROR}.
   */
  void flush(Sender by) {
    if (!isOf(by)) {
      return;
    }
    if (flushing) {
      cut = true;
    } else {
      flush();
    }
  }

  private void flush() {
    Sender by = sender;
    if (by == null || flushing) {
      return;
    }
    flushing = true;
    boolean repeated = false;
    for (int message = 0; message < messages && !cut; ) {
      int result = writer.send(by.fd());
      counters.udpCalls++;
      if (result > 0) {
        for (int i = firsts[message]; i < firsts[message + result]; i++) {
          take(i).release();
        }
        message += result;
        repeated = false;
      } else if (!repeated && result != -Errno.EAGAIN) {
        // perhaps the error of an earlier datagram, which is in the queue
        by.drainErrors();
        repeated = true;
      } else {
        writer.dropHead();
        failed(by, message, -result);
        message++;
        repeated = false;
      }
    }
    if (cut) {
      dropRest();
    }
    sender = null;
    count = 0;
    messages = 0;
    flushing = false;
  }

  private void dropRest() {
    cut = false;
    writer.clear();
    for (int i = 0; i < count; i++) {
      if (packets[i] != null) {
        counters.hostErrors++;
        take(i).drop(DropReason.HOST_ERROR);
      }
    }
  }

  private void failed(Sender by, int message, int errno) {
    int first = firsts[message];
    int end = firsts[message + 1];
    boolean alone = end - first == 1;
    if (!alone && isAboutSegments(errno)) {
      by.segments().refused(lengths[first]);
    }
    for (int i = first; i < end && !cut; i++) {
      if (alone || errno == Errno.EAGAIN) {
        by.failed(take(i), errno);
      } else {
        by.sendNow(take(i), offsets[i], lengths[i], destinations[message]);
      }
    }
  }

  /** Longer than the way takes at once, or a way whose device or policy cannot cut. */
  private static boolean isAboutSegments(int errno) {
    return errno == Errno.EINVAL
        || errno == Errno.EMSGSIZE
        || errno == Errno.EIO
        || errno == Errno.EOPNOTSUPP;
  }

  /**
   * Sends a datagram at once, by itself, and takes the packet; parameters as of {@link #add}. A
   * send that fails is repeated once, since it may give the error of an earlier datagram.
   */
  void sendAlone(Sender by, Packet p, int at, int length, SockAddr to, int hops, int service) {
    single.clear();
    single.setTtl(hops);
    single.setTos(service);
    if (length == 0) {
      single.addEmpty(to);
    } else {
      single.add(p.data, at, length, to);
    }
    int result = single.send(by.fd());
    if (result < 0 && result != -Errno.EAGAIN) {
      by.drainErrors();
      result = single.send(by.fd());
    }
    single.clear();
    if (result > 0) {
      p.release();
    } else {
      by.failed(p, -result);
    }
  }

  private Packet take(int i) {
    Packet p = Objects.requireNonNull(packets[i]);
    packets[i] = null;
    return p;
  }

  @Override
  public void close() {
    flush();
    writer.close();
    single.close();
  }
}
