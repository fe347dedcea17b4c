package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.MemoryShare;
import org.jspecify.annotations.Nullable;

/**
 * What nearly every segment of a connection reads or writes, of the transmission control block (RFC
 * 9293 section 3.3.1) that {@link TcpSocket} is; the rest is in {@link ConnectionState}. A class of
 * its own because the virtual machine lays the fields of a superclass out before those of its
 * subclasses: so they stand beside the 4-tuple, and an ACK for one connection among a million
 * touches three lines of memory and not ten.
 */
abstract sealed class ControlBlock extends FlowEntry permits ConnectionState {
  static final int EVENT_CONNECTED = 1;
  static final int EVENT_READABLE = 2;
  static final int EVENT_WRITABLE = 4;
  static final int EVENT_CLOSED = 8;
  static final int EVENT_URGENT = 16;
  static final int EVENT_ERROR = 32;
  static final int EVENT_FIN_ACKNOWLEDGED = 64;

  final TcpEngine engine;
  TcpState state = TcpState.CLOSED;
  LossRecovery.Phase phase = LossRecovery.Phase.OPEN;
  Ecn ecn = Ecn.OFF;

  /** One for all until the user asks for it, {@link TcpSocket#settings()}. */
  TcpSettings settings = TcpSettings.DEFAULTS;

  /** Purpose of the first timer, {@link TcpTimers}. */
  TcpTimers.Mode timerMode = TcpTimers.Mode.NONE;

  /** Of the packet that came last: whose memory answers are. */
  @Nullable MemoryShare share;

  /** Whether something is to be done at the end of the turn, and who is next. */
  boolean dirty;

  @Nullable TcpSocket nextDirty;

  /** What the handler is to be told, {@link #EVENT_CONNECTED} and so on. */
  int events;

  // send sequence space
  int sndUna;
  int sndNxt;

  /** End of what the user wrote (Linux's write_seq). */
  int writeSequence;

  int sndWnd;
  int sndWl1;
  int sndWl2;
  int maxSndWnd;
  int sndShift;

  // receive sequence space
  int rcvNxt;

  /** Right edge of the window that was offered. */
  int rcvAdv;

  /** Acknowledgment number last sent (RFC 7323's Last.ACK.sent). */
  int lastAckSent;

  boolean timestampsOn;
  boolean sackOn;
  int tsRecent;
  long tsRecentTime;
  long lastReceived;
  long segmentsIn;
  int keepAliveSent;
  int probes;
  boolean finQueued;
  boolean finSent;
  boolean finSeen;
  boolean userClosed;
  boolean probeOutstanding;

  // ACK policy
  boolean ackNow;
  boolean ackPending;

  /** The timer of a delayed ACK runs. */
  boolean ackDelayed;

  /** The user answers what it reads: its answers carry the ACKs (Linux's ping-pong mode). */
  boolean pingPong;

  /** The peer has nothing more to say for now: it set PSH since the last ACK. */
  boolean pushed;

  // receiving
  TcpHandler handler;
  final ReceiveQueue receive = new ReceiveQueue();
  int receiveBuffer;
  int rcvShift;

  /** Estimate of the peer's segment size, for the ACK policy. */
  int rcvMss = 536;

  int quickAcks;
  long ackTimeout;
  long lastDataReceived = -1;
  long bytesReceived;

  /** What arrived twice and is to be told once (D-SACK, RFC 2883). */
  boolean duplicatePending;

  long tuneStart;
  int tuneCopied;
  int tuneSpace;

  // sending

  /** Stream position of the first byte in the send buffer. */
  int bufferSequence;

  /** Payload of a full segment without SACK blocks. */
  int sendMss;

  int tsOffset;

  /** When the route's MTU is tried again; {@link PathMtu#NEVER} while nothing smaller is in use. */
  long mtuRetryAt = PathMtu.NEVER;

  /** {@link MtuSearch} has something to find. */
  boolean mtuSearching;

  boolean synPending;
  boolean probePending;

  /** A tail-loss probe (RFC 8985 section 7) is to be sent, is on its way; what it was. */
  boolean tailProbePending;

  boolean finReceived;
  boolean wantWrite;
  boolean waitsForMemory;
  boolean noDelay;
  boolean cwndLimited;

  /** An answer has come: the next segment says so ({@code sk_dst_pending_confirm}). */
  boolean confirmPending;

  int maxFlight;

  /** End of the last segment sent that was shorter than the MSS (Nagle as Minshall has it). */
  int smallEnd;

  int cwnd;
  int backoff;
  long lastSent = -1;
  long stalledSince = -1;
  long segmentsOut;

  /**
   * Of {@link DeliveryRate}: when something was delivered last, and when the newest of it had been
   * sent.
   */
  long deliveredAt;

  long firstSentAt;

  /**
   * Until {@link DeliveryRate#delivered(TcpSocket)} is beyond it samples say what the user writes,
   * not what the path carries; 0: they say that.
   */
  int appLimited;

  /** The sample that counts: bytes, us, and whether it was limited so. */
  int rateBytes;

  int rateInterval;
  boolean rateAppLimited = true; // tcp_init_sock: nothing is known

  int ttl;
  int tos;
  int sendBuffer;

  ControlBlock(TcpEngine engine, FlowKey key, TcpHandler handler) {
    super(
        key.localHi(),
        key.localLo(),
        key.localPort(),
        key.remoteHi(),
        key.remoteLo(),
        key.remotePort());
    this.engine = engine;
    this.handler = handler;
  }
}
