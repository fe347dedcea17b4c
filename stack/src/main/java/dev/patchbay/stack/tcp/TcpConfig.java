package dev.patchbay.stack.tcp;

import java.util.BitSet;
import java.util.List;

/**
 * Limits and times of an engine; the defaults are Linux's where Linux has the value (its sysctl is
 * named). Plain fields: set them before the engine is made, or later for connections made from then
 * on. Times are ns, sizes bytes.
 */
public final class TcpConfig {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000_000_000L;

  /** The algorithms that there are ({@code tcp_available_congestion_control}). */
  public static final List<String> CONGESTION_CONTROLS = List.of(NewReno.NAME, Cubic.NAME);

  /** Least retransmission time-out; RFC 6298 has 1 s, Linux 200 ms. */
  public long minRto = 200 * MS;

  /** Greatest retransmission time-out. */
  public long maxRto = 120 * SECOND;

  /** Retransmission time-out before the first measurement (RFC 6298 section 2.1). */
  public long initialRto = SECOND;

  /** Least delay of an ACK. */
  public long minDelayedAck = 40 * MS;

  /** Greatest delay of an ACK; RFC 9293 allows 500 ms. */
  public long maxDelayedAck = 200 * MS;

  /**
   * How long the ACK of a short segment, or of a FIN, waits for an answer that takes it along where
   * Linux would acknowledge at once (its quick-ack mode); 0: not at all. For an engine whose users
   * answer within a millisecond, such a wait halves the segments of a short conversation.
   */
  public long quickAckDelay;

  /**
   * Receive buffer at the start, memory rather than payload ({@code tcp_rmem[1]}); half of it
   * becomes window.
   */
  public int receiveBufferInitial = 128 << 10;

  /** Receive buffer that auto-tuning may reach ({@code tcp_rmem[2]}). */
  public int receiveBufferMax = 6 << 20;

  /** Send buffer at the start. */
  public int sendBufferInitial = 64 << 10;

  /** Send buffer that auto-tuning may reach ({@code tcp_wmem[2]}). */
  public int sendBufferMax = 4 << 20;

  /** Retransmissions of a SYN ({@code tcp_syn_retries}). */
  public int synRetries = 6;

  /** Retransmissions of a SYN-ACK ({@code tcp_synack_retries}). */
  public int synAckRetries = 5;

  /**
   * Retransmissions, probes of an established connection before it is given up ({@code
   * tcp_retries2}).
   */
  public int retries2 = 15;

  /**
   * The same for a connection whose user has closed it ({@code tcp_orphan_retries}); 0 acts as 8.
   */
  public int orphanRetries;

  /** Time in FIN-WAIT-2 after {@link TcpSocket#close} ({@code tcp_fin_timeout}). */
  public long finTimeout = 60 * SECOND;

  /** Time in TIME-WAIT; RFC 9293 has 2 MSL of 2 minutes, Linux 60 s. */
  public long timeWait = 60 * SECOND;

  /**
   * Whether an active open may take the 4-tuple of a connection in TIME-WAIT whose timestamps are
   * older than a second ({@code tcp_tw_reuse}, RFC 6191): 0 never, 1 always, 2 over the loopback.
   */
  public int timeWaitReuse = 2;

  /** How long a parked SYN is kept without an answer. */
  public long parkTimeout = 130 * SECOND;

  /** Idle time before the first keep-alive probe ({@code tcp_keepalive_time}). */
  public long keepAliveIdle = 7200 * SECOND;

  /** Time between keep-alive probes ({@code tcp_keepalive_intvl}). */
  public long keepAliveInterval = 75 * SECOND;

  /**
   * Unanswered keep-alive probes before the connection is given up ({@code tcp_keepalive_probes}).
   */
  public int keepAliveProbes = 9;

  /** Closed sockets that still have something to send ({@code tcp_max_orphans}). */
  public int maxOrphans = 8192;

  /** TIME-WAIT records ({@code tcp_max_tw_buckets}). */
  public int maxTimeWait = 16384;

  /** Accepted connections whose handshake has not ended ({@code tcp_max_syn_backlog}). */
  public int maxHalfOpen = 4096;

  /**
   * Whether a listener whose acceptor decides at once answers SYNs beyond {@link #maxHalfOpen} by
   * cookies rather than not at all ({@code tcp_syncookies}).
   */
  public boolean synCookies = true;

  /** SYNs that an acceptor keeps without deciding, in total. */
  public int maxParked = 4096;

  /** SYNs that an acceptor keeps without deciding, per source address and device. */
  public int maxParkedPerSource = 256;

  /** All sockets together. */
  public int maxSockets = 2_000_000;

  /** Challenge ACKs a second, all connections together (RFC 5961 section 7). */
  public int challengeAckLimit = 1000;

  /** Least time between two ACKs that answer unacceptable segments of one connection. */
  public long invalidAckInterval = 500 * MS;

  /** RSTs and ACKs without a socket sent per turn; more are not answered. */
  public int maxControlPerTurn = 1024;

  /** Least ephemeral port ({@code ip_local_port_range}). */
  public int portMin = 32768;

  /** Greatest ephemeral port. */
  public int portMax = 60999;

  /** Ports that are chosen for no socket ({@code ip_local_reserved_ports}). */
  public BitSet reservedPorts = new BitSet();

  /** Initial window in segments (RFC 6928). */
  public int initialWindow = 10;

  /** Congestion control of new sockets ({@code tcp_congestion_control}): cubic or reno. */
  public String congestionControl = Cubic.NAME;

  /**
   * Whether new connections spread what they send over the round trip, as Linux's do on a device
   * with the {@code fq} queue.
   */
  public boolean pacing;

  /**
   * Explicit congestion notification ({@code tcp_ecn}): 0 off, 1 offered and accepted, 2 accepted
   * where a peer offers it.
   */
  public int ecn = 2;

  /**
   * What is done where long segments vanish without ICMP ({@code tcp_mtu_probing}): 0 nothing, 1
   * shorter ones are sent from the second time-out in a row on, and longer ones tried from then on
   * (Linux: 0, and if 1 from the third on). Linux' 2, searching from the start, is not there.
   */
  public int mtuProbing = 1;

  /** Offer and use timestamps ({@code tcp_timestamps}). */
  public boolean timestamps = true;

  /** Offer and use selective acknowledgment ({@code tcp_sack}). */
  public boolean sack = true;

  /** Offer and use window scaling ({@code tcp_window_scaling}). */
  public boolean windowScaling = true;
}
