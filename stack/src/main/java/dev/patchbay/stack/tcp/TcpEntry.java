package dev.patchbay.stack.tcp;

import org.jspecify.annotations.Nullable;

/**
 * A listener, connection or remainder of one, as {@code ss} lists it ({@code struct
 * inet_diag_msg}).
 *
 * @param identity the object itself: the same for as long as it lives
 * @param state state; {@link TcpState#SYN_RECEIVED} also for a SYN about which is not decided
 * @param localHi our address, high half; of a listener (0, 0) for all addresses of both families
 * @param localLo our address, low half
 * @param localPort our port
 * @param remoteHi the peer's address, high half; (0, 0) of a listener
 * @param remoteLo the peer's address, low half
 * @param remotePort the peer's port; 0 of a listener
 * @param receiveQueue bytes that were not read; of a listener 0, since what listens decides at once
 * @param sendQueue sequence numbers that were not acknowledged, unsent ones included; of a listener
 *     the most connections that may be half open
 * @param timer which timer runs
 * @param timerLeft until it expires, ns, at least 0
 * @param attempts how often what it waits for was sent again
 * @param info the inner life of a connection, null of all else
 */
public record TcpEntry(
    Object identity,
    TcpState state,
    long localHi,
    long localLo,
    int localPort,
    long remoteHi,
    long remoteLo,
    int remotePort,
    int receiveQueue,
    int sendQueue,
    Timer timer,
    long timerLeft,
    int attempts,
    @Nullable TcpInfo info) {

  /** Timers, in the order of Linux's numbers. */
  public enum Timer {
    OFF,
    /** Of retransmission, tail-loss probe or reordering. */
    ON,
    /** Keep-alive, and the end of a FIN-WAIT-2 without user. */
    KEEPALIVE,
    TIMEWAIT,
    /** Of a zero window. */
    PERSIST
  }
}
