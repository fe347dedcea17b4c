package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.Packet;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A connection: what its user sees and may do. What the classes of this package share of it, the
 * transmission control block (RFC 9293 section 3.3.1), are the fields of {@link ControlBlock} and
 * {@link ConnectionState}. All methods only on the loop; none of them sends or calls the handler,
 * that happens at the end of the turn.
 */
public final class TcpSocket extends ConnectionState {
  /** Least rate for {@link #maxPacingRate}, bytes a second. */
  public static final long LEAST_PACING_RATE = Pacer.LEAST_RATE;

  /** For the user. */
  public @Nullable Object attachment;

  final TcpTimers timers;

  TcpSocket(TcpEngine engine, FlowKey key, TcpHandler handler) {
    super(engine, key, handler);
    TcpConfig config = engine.config;
    pacer = config.pacing ? new Pacer(this, engine, Pacer.UNLIMITED) : null;
    sendBuffer = config.sendBufferInitial;
    receiveBuffer = config.receiveBufferInitial;
    keepAliveIdle = config.keepAliveIdle;
    keepAliveInterval = config.keepAliveInterval;
    keepAliveCount = config.keepAliveProbes;
    ackTimeout = config.minDelayedAck;
    timers = new TcpTimers(this, engine);
  }

  // ---- reading

  /**
   * Reads up to {@code len} bytes.
   *
   * @return bytes read; 0 where there is nothing now; -1 at the end of the stream (the peer's FIN,
   *     or the connection is over)
   */
  public int read(byte[] dst, int off, int len) {
    int n = receive.read(dst, off, len);
    if (n > 0) {
      afterRead(n);
      return n;
    }
    return len == 0 || receive.bytes() > 0 || !ended() ? 0 : -1;
  }

  /**
   * The packet at the head of what came in order, null if there is none. Its unread payload is
   * {@link Packet#data} from {@link #peekOffset} to {@link Packet#tail}. It stays the socket's:
   * valid until {@link #consume} has taken all of it; later segments may be appended to it, which
   * moves its tail.
   */
  public @Nullable Packet peekPacket() {
    return receive.peek();
  }

  /** Where the unread payload of {@link #peekPacket} begins in its array; 0 if there is none. */
  public int peekOffset() {
    Packet packet = receive.peek();
    return packet == null ? 0 : packet.head;
  }

  /** Unread payload bytes of {@link #peekPacket}; 0 if there is none. */
  public int peekLength() {
    Packet packet = receive.peek();
    return packet == null ? 0 : packet.length();
  }

  /**
   * Marks {@code bytes} bytes as read, over packet borders if need be.
   *
   * @throws IllegalArgumentException if more than {@link #available}
   */
  public void consume(int bytes) {
    if (bytes < 0 || bytes > receive.bytes()) {
      throw new IllegalArgumentException("consume " + bytes + " of " + receive.bytes());
    }
    if (bytes > 0) {
      receive.consume(bytes);
      afterRead(bytes);
    }
  }

  private void afterRead(int bytes) {
    urgent.consumed(this);
    if (state == TcpState.CLOSED || state == TcpState.TIME_WAIT) {
      if (receive.bytes() == 0 && (events & EVENT_CLOSED) != 0) {
        engine.markDirty(this);
      }
      return;
    }
    ReceiveWindow.consumed(this, bytes);
  }

  /**
   * How much of what is still to be read is urgent (RFC 9293 section 3.8.5, MUST-33): bytes up to
   * the last urgent one, in line with all others, those that have not come yet included; 0 where
   * nothing is. {@link TcpHandler#onUrgent} tells when it grows.
   */
  public int urgentAhead() {
    return urgent.ahead(this);
  }

  /**
   * Bytes to be read before the last urgent one, those that have not come included; below 0 where
   * nothing is urgent ({@code urg_seq - copied_seq}).
   */
  public int urgentMark() {
    return urgent.mark(this);
  }

  /**
   * The sequence number after the last urgent byte ({@code RCV.UP}), which tells one from another;
   * meaningful where {@link #urgentMark} is not negative.
   */
  public int urgentEnd() {
    return urgent.end();
  }

  /**
   * Copies what can be read, but leaves it there.
   *
   * @param skip bytes to pass over before
   * @return bytes copied, 0 where there is nothing
   */
  public int peek(int skip, byte[] dst, int off, int len) {
    return receive.copy(skip, dst, off, len);
  }

  /** Bytes that can be read now. */
  public int available() {
    return receive.bytes();
  }

  private boolean ended() {
    return finReceived || state == TcpState.CLOSED || state == TcpState.TIME_WAIT;
  }

  /** Whether the peer's FIN came and nothing before it is missing. */
  public boolean isFinReceived() {
    return finReceived;
  }

  /** Whether the peer's FIN came, or the connection is over, and all before it was read. */
  public boolean isEndOfStream() {
    return receive.bytes() == 0 && ended();
  }

  // ---- writing

  private boolean canWrite() {
    return !finQueued
        && !userClosed
        && switch (state) {
          case SYN_SENT, SYN_RECEIVED, ESTABLISHED, CLOSE_WAIT -> true;
          default -> false;
        };
  }

  /**
   * Takes up to {@code len} bytes into the send buffer; all that is written in a turn is sent
   * together at its end. After a short write {@link TcpHandler#onWritable} follows.
   *
   * @return bytes taken, 0 where the buffer is full; -1 where nothing can be written any more
   */
  public int write(byte[] src, int off, int len) {
    if (!canWrite()) {
      return -1;
    }
    int room = Math.min(len, writable());
    DeliveryRate.checkAppLimited(this);
    buffer.share(share);
    return written(buffer.append(src, off, room), room, len);
  }

  /** As {@link #write(byte[], int, int)}, from the position of {@code src}, which moves. */
  public int write(ByteBuffer src) {
    if (!canWrite()) {
      return -1;
    }
    int len = src.remaining();
    int room = Math.min(len, writable());
    DeliveryRate.checkAppLimited(this);
    buffer.share(share);
    return written(buffer.append(src, room), room, len);
  }

  /**
   * As {@link #write(byte[], int, int)}, and tells the peer that it is urgent, with all before it.
   * The bytes stay in line (RFC 6093). New applications should not use it (SHLD-13).
   */
  public int writeUrgent(byte[] src, int off, int len) {
    int taken = write(src, off, len);
    if (taken > 0) {
      markUrgent();
    }
    return taken;
  }

  /** Tells the peer that all that was written up to now is urgent. */
  public void markUrgent() {
    urgent.written(this);
  }

  private int written(int taken, int room, int asked) {
    if (taken < asked) {
      wantWrite = true;
      if (taken < room) {
        engine.memoryWaiters.add(this);
      }
    }
    if (taken > 0) {
      writeSequence += taken;
      pingPong = true;
      engine.markDirty(this);
    }
    return taken;
  }

  /** Free bytes of the send buffer; 0 also where nothing can be written any more. */
  public int writable() {
    return canWrite() ? Math.max(0, sendBuffer - buffer.length()) : 0;
  }

  /** {@link TcpHandler#onWritable} is to follow when there is room, as after a short write. */
  public void wantWritable() {
    wantWrite = true;
  }

  /** Bytes of the send buffer: written, and not acknowledged. */
  public int buffered() {
    return buffer.length();
  }

  /** Bytes written that were never sent. */
  public int notSent() {
    return unsent();
  }

  /** Ends our direction: a FIN follows what was written. Reading goes on. */
  public void shutdownOutput() {
    if (!canWrite()) {
      return;
    }
    finQueued = true;
    engine.lifecycle.enterFinState(this);
    engine.markDirty(this);
  }

  /**
   * Gives the connection up in order: what was written is still sent, then a FIN. If something that
   * came was not read, the peer is reset instead, as Linux does (RFC 2525 section 2.17). {@link
   * TcpHandler#onClosed} follows in any case.
   */
  public void close() {
    engine.lifecycle.userClose(this);
  }

  /** Resets the connection and throws away what was not sent. */
  public void abort() {
    engine.lifecycle.userAbort(this, TcpError.ABORTED);
  }

  // ---- options

  /** Who is told from now on. */
  public void handler(TcpHandler newHandler) {
    handler = newHandler;
  }

  /** Switches Nagle's algorithm off ({@code TCP_NODELAY}). */
  public void noDelay(boolean on) {
    noDelay = on;
    if (on && buffer.length() > 0) {
      engine.markDirty(this);
    }
  }

  /**
   * Probes an idle peer ({@code SO_KEEPALIVE}).
   *
   * @param idleNs idle time before the first probe, at least 1 s
   * @param intervalNs time between probes, at least 1 s
   * @param count probes without answer before it is given up, at least 1
   */
  public void keepAlive(boolean on, long idleNs, long intervalNs, int count) {
    if (idleNs < 1_000_000_000L || intervalNs < 1_000_000_000L || count < 1) {
      throw new IllegalArgumentException("keep-alive times from 1 s, count from 1");
    }
    keepAlive = on;
    keepAliveIdle = idleNs;
    keepAliveInterval = intervalNs;
    keepAliveCount = count;
    keepAliveSent = 0;
    if (on && isSynchronized()) {
      timers.armLife(idleNs);
    }
  }

  /**
   * Gives up what is unacknowledged for {@code ns} ({@code TCP_USER_TIMEOUT}, RFC 5482); 0: Linux's
   * counts of retries.
   */
  public void userTimeout(long ns) {
    userTimeout = Math.max(0, ns);
  }

  /**
   * {@code SO_LINGER}: -1 off (default); 0 {@link #close} resets.
   *
   * @throws IllegalArgumentException for other values: waiting is a matter of a blocking caller
   */
  public void linger(long ns) {
    if (ns != 0 && ns != -1) {
      throw new IllegalArgumentException("linger is 0 or -1 on a socket that never blocks");
    }
    lingerReset = ns == 0;
  }

  /**
   * Fixes the memory for receiving, of which half becomes window; at least 4 KiB. Ends auto-tuning.
   */
  public void receiveBuffer(int bytes) {
    receiveBuffer = Math.max(bytes, 4096);
    receiveBufferFixed = true;
  }

  /** Fixes the send buffer; at least 4 KiB. Ends auto-tuning. */
  public void sendBuffer(int bytes) {
    sendBuffer = Math.max(bytes, 4096);
    sendBufferFixed = true;
  }

  /**
   * Paces what is sent from now on, at most at this rate ({@code SO_MAX_PACING_RATE}).
   *
   * @param bytesPerSecond payload; {@link Long#MAX_VALUE} for the congestion window's own rate
   * @throws IllegalArgumentException below 100
   */
  public void maxPacingRate(long bytesPerSecond) {
    if (bytesPerSecond < Pacer.LEAST_RATE) {
      throw new IllegalArgumentException(
          "pacing rate must be at least "
              + Pacer.LEAST_RATE
              + " bytes a second: "
              + bytesPerSecond);
    }
    if (pacer == null) {
      pacer = new Pacer(this, engine, bytesPerSecond);
    } else {
      pacer.limit(bytesPerSecond);
    }
  }

  /**
   * Chooses the congestion control ({@code TCP_CONGESTION}); the window stays as it is.
   *
   * @param name {@code cubic} or {@code reno}
   * @throws IllegalArgumentException for others
   */
  public void congestionControl(String name) {
    if (!congestion.name().equals(name)) {
      congestion = CongestionControl.named(name);
    }
  }

  /** Hop limit of what is sent, 0 the default. */
  public void ttl(int value) {
    ttl = value & 0xff;
  }

  /** TOS or traffic class of what is sent; its ECN bits are TCP's own and ignored. */
  public void tos(int value) {
    tos = value & 0xfc;
  }

  /** Further options; live. */
  public TcpSettings settings() {
    if (settings.isShared()) {
      settings = new TcpSettings(settings);
    }
    return settings;
  }

  /** An option of {@link #settings} was changed that may let something be sent. */
  public void push() {
    engine.pathMtu.update(this);
    engine.markDirty(this);
  }

  /** Sends the ACK that is due now ({@code TCP_QUICKACK}), or lets it wait for company again. */
  public void quickAck(boolean on) {
    pingPong = !on;
    if (on && ackPending) {
      ackNow = true;
      engine.markDirty(this);
    }
  }

  /** Whether ACKs are not held back for the user's answers. */
  public boolean isQuickAck() {
    return !pingPong;
  }

  /** Error of the last ICMP message about it, one of Linux's numbers, 0 none; it is forgotten. */
  public int takeSoftError() {
    int taken = softErrno;
    softErrno = 0;
    return taken;
  }

  /** Linux's number of the error that ended it, 0: in order. */
  public int errno() {
    return errno;
  }

  // ---- looking

  /** State by RFC 9293. */
  public TcpState state() {
    return state;
  }

  /** A snapshot of its inner life. */
  public TcpInfo info() {
    return TcpInfo.of(this);
  }

  @Override
  public String toString() {
    return "TcpSocket[" + state + " " + localPort + " > " + remotePort + "]";
  }
}
