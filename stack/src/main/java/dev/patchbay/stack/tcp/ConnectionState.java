package dev.patchbay.stack.tcp;

import org.jspecify.annotations.Nullable;

/**
 * The rest of the transmission control block (RFC 9293 section 3.3.1): what is needed once for a
 * connection, in a repair, or by its user, and what is computed from the block. It lies behind
 * {@link ControlBlock} in memory.
 */
abstract sealed class ConnectionState extends ControlBlock permits TcpSocket {
  static final int MAX_CWND = 1 << 30;

  // sequence spaces
  int iss;
  int irs;
  int duplicateFrom;
  int duplicateTo;

  /** Sequence number of the peer's FIN, once it is known. */
  int finSequence;

  // negotiated
  int peerMss;
  int pathMtu;

  /** The path MTU was made smaller in this repair, after time-outs, not by ICMP. */
  boolean mtuGuessed;

  @Nullable MtuSearch mtuSearch;

  boolean scaling;
  boolean ecnOffered;

  // what is to be done
  boolean forceResend;
  boolean passive;
  boolean halfOpen;
  boolean orphan;
  TcpError error = TcpError.NONE;
  boolean closeTold;
  boolean softError;

  /** What ICMP said last. */
  int softErrno;

  /** What of it the handler is to be told. */
  int toldErrno;

  int errno;

  // congestion and recovery
  CongestionControl congestion;
  final RttEstimator rtt;
  final Scoreboard scoreboard = new Scoreboard();
  int ssthresh = Integer.MAX_VALUE;
  int recoveryPoint;
  int dupAcks;
  int renoSacked;

  /** Of PRR (RFC 6937): prr_delivered, prr_out, RecoverFS; bytes. */
  long prrDelivered;

  long prrOut;
  int recoverFlight;
  final Rack rack = new Rack();
  Undo undo = Undo.NONE;

  /** F-RTO (RFC 5682) watches whether the time-out was needed; meanwhile only new data may go. */
  boolean forwardProbe;

  boolean onlyNewData;

  /** The peer went back on what it had selectively acknowledged; until the repair has ended. */
  boolean sackReneged;

  boolean probeRepeats;
  int probeEnd;

  // ACK policy
  long lastInvalidAck = Long.MIN_VALUE / 2;

  // buffers
  final SendBuffer buffer;
  final UrgentData urgent = new UrgentData();
  boolean sendBufferFixed;
  boolean receiveBufferFixed;

  // options
  @Nullable Pacer pacer;
  boolean keepAlive;
  long keepAliveIdle;
  long keepAliveInterval;
  int keepAliveCount;
  long userTimeout;
  boolean lingerReset;

  // statistics
  long retransmits;
  long bytesRetransmitted;
  long bytesAcked;

  ConnectionState(TcpEngine engine, FlowKey key, TcpHandler handler) {
    super(engine, key, handler);
    congestion = CongestionControl.named(engine.config.congestionControl);
    rtt = new RttEstimator(engine.config);
    buffer = new SendBuffer(engine.pool);
  }

  /** FlightSize: sequence numbers sent and not acknowledged. */
  final int flight() {
    return sndNxt - sndUna;
  }

  /** Bytes of the send buffer that were never sent. */
  final int unsent() {
    return Math.max(0, writeSequence - sndNxt);
  }

  /** Sequence number of our FIN: the end of the buffer. Meaningful where it is queued. */
  final int finPosition() {
    return writeSequence;
  }

  /** RFC 6928: min (10*MSS, max (2*MSS, 14600)), with the configured number in the place of 10. */
  final int initialWindow() {
    int segments = engine.config.initialWindow;
    return Math.min(segments * sendMss, Math.max(2 * sendMss, segments * 1460));
  }

  /** States after the handshake with a peer that may still speak. */
  final boolean isSynchronized() {
    return switch (state) {
      case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK -> true;
      default -> false;
    };
  }

  /** States in which the peer may still send data. */
  final boolean receivesData() {
    return state == TcpState.ESTABLISHED
        || state == TcpState.FIN_WAIT_1
        || state == TcpState.FIN_WAIT_2;
  }

  /** The timestamp clock: ms with an offset of its own per connection. */
  final int timestamp(long now) {
    return (int) (now / 1_000_000) + tsOffset;
  }
}
