package dev.patchbay.stack.tcp;

/**
 * What happened, under Linux's names ({@code /proc/net/snmp} Tcp, {@code /proc/net/netstat}
 * TcpExt).
 */
public final class TcpCounters {
  // Tcp
  public long activeOpens;
  public long passiveOpens;
  public long attemptFails;
  public long estabResets;
  public long currEstab;
  public long inSegs;
  public long outSegs;
  public long retransSegs;
  public long inErrs;
  public long outRsts;
  public long inCsumErrors;

  // TcpExt
  public long tw;
  public long twRecycled;
  public long twKilled;
  public long pawsActive;
  public long pawsEstab;
  public long delayedAcks;
  public long tcpHpHits;
  public long tcpHpAcks;
  public long tcpPureAcks;
  public long tcpTimeouts;
  public long tcpRenoRecovery;
  public long tcpSackRecovery;
  public long tcpSackReneging;
  public long tcpFastRetrans;
  public long tcpSlowStartRetrans;
  public long tcpFullUndo;
  public long tcpPartialUndo;
  public long tcpDsackUndo;
  public long tcpLossUndo;
  public long tcpSpuriousRtos;
  public long tcpLossProbes;
  public long tcpLossProbeRecovery;

  /** Windows reduced since a peer told of an ECN mark; ours, Linux counts none. */
  public long tcpEcnReductions;

  public long tcpDsackOldSent;
  public long tcpDsackOfoSent;
  public long tcpDsackRecv;
  public long tcpAbortOnData;
  public long tcpAbortOnClose;
  public long tcpAbortOnMemory;
  public long tcpAbortOnTimeout;
  public long tcpAbortOnLinger;
  public long tcpTimeWaitOverflow;
  public long tcpChallengeAck;
  public long tcpSynChallenge;
  public long tcpAckSkipped;
  public long tcpKeepAlive;
  public long tcpWinProbe;
  public long tcpOfoQueue;
  public long tcpOfoDrop;
  public long tcpOfoMerge;
  public long ofoPruned;
  public long rcvPruned;
  public long tcpRcvCoalesce;
  public long tcpRcvQDrop;
  public long tcpZeroWindowDrop;
  public long tcpToZeroWindowAdv;
  public long tcpFromZeroWindowAdv;
  public long listenOverflows;
  public long tcpReqQFullDrop;
  public long tcpReqQFullDoCookies;
  public long syncookiesSent;
  public long syncookiesRecv;
  public long syncookiesFailed;
  public long tcpSynRetrans;
  public long tcpOrigDataSent;
  public long tcpMemoryPressures;

  /** Path MTUs made smaller because long segments vanished ({@link TcpConfig#mtuProbing}). */
  public long mtuBlackHoles;

  /** Longer segments that were tried and lost. */
  public long tcpMtupFail;

  /** Those that got through. */
  public long tcpMtupSuccess;

  public long lockDroppedIcmps;
  public long outOfWindowIcmps;

  // ours
  /** SYNs parked with an acceptor now. */
  public long parked;

  /** SYNs dropped because {@link TcpConfig#maxParked} was reached. */
  public long parkedOverflow;

  /** SYNs dropped because {@link TcpConfig#maxParkedPerSource} was reached. */
  public long parkedSourceOverflow;

  /** Parked SYNs that the peer reset or that timed out. */
  public long parkedAbandoned;

  /** Accepted connections in SYN-RECEIVED now. */
  public long halfOpen;

  /** Closed sockets that still live. */
  public long orphans;

  /** TIME-WAIT records now. */
  public long timeWait;

  /** RSTs or ACKs without a socket not sent because of {@link TcpConfig#maxControlPerTurn}. */
  public long controlSkipped;

  /** Segments not sent for want of packet memory. */
  public long outNoMemory;
}
