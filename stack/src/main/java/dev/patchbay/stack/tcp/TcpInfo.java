package dev.patchbay.stack.tcp;

/**
 * A snapshot of a connection ({@code struct tcp_info}); times in ns, sizes in bytes.
 *
 * @param state state
 * @param rtt smoothed round-trip time, 0 before the first sample
 * @param rttVariation its mean deviation
 * @param minRtt least sample, 0 before the first
 * @param rto retransmission time-out now, backed off or not
 * @param congestionWindow cwnd
 * @param slowStartThreshold ssthresh, {@link Integer#MAX_VALUE} before the first loss
 * @param sendMss payload of a full segment we send, options taken off
 * @param receiveMss largest segment seen lately
 * @param pathMtu path MTU
 * @param flight bytes sent and not acknowledged
 * @param sendWindow the peer's window
 * @param receiveWindow our offered window
 * @param sendQueue bytes in the send buffer
 * @param receiveQueue bytes ready to be read
 * @param sendScale the peer's window shift, -1 without scaling
 * @param receiveScale our window shift, -1 without scaling
 * @param timestamps timestamps in use
 * @param sack selective acknowledgment in use
 * @param bytesAcked payload acknowledged by the peer
 * @param bytesReceived payload received in order
 * @param bytesRetransmitted payload sent again
 * @param segmentsOut segments sent
 * @param segmentsIn segments received
 * @param retransmits segments sent again
 * @param backoff consecutive time-outs now
 * @param ecn explicit congestion notification in use
 * @param congestionControl name of the algorithm
 * @param advertisedMss largest segment that we have told the peer to send
 * @param ackTimeout how long an ACK may wait, 0 before the first data came
 * @param sinceDataSent time since something was sent that is to be acknowledged, -1: never
 * @param sinceDataReceived time since payload came, -1: never
 * @param sinceAckReceived time since the peer was heard
 * @param notSent bytes written and never sent
 * @param segmentsInFlight segments sent and not acknowledged
 * @param receiveMemory packet memory that the receive queue pins
 * @param receiveBuffer its limit
 * @param sendBuffer limit of the send buffer
 * @param receiveSpace payload that the user reads within a round trip, as auto-tuning sees it
 * @param pacingRate bytes a second at which a paced connection sends, by its window; {@link
 *     Long#MAX_VALUE} before the first round trip
 * @param maxPacingRate the user's limit to that, {@link Long#MAX_VALUE} for none
 * @param deliveryRate payload bytes a second that the path delivered lately, 0 before the first
 *     sample
 * @param deliveryRateAppLimited the user wrote too little then: the path may carry more
 */
public record TcpInfo(
    TcpState state,
    long rtt,
    long rttVariation,
    long minRtt,
    long rto,
    int congestionWindow,
    int slowStartThreshold,
    int sendMss,
    int receiveMss,
    int pathMtu,
    int flight,
    int sendWindow,
    int receiveWindow,
    int sendQueue,
    int receiveQueue,
    int sendScale,
    int receiveScale,
    boolean timestamps,
    boolean sack,
    long bytesAcked,
    long bytesReceived,
    long bytesRetransmitted,
    long segmentsOut,
    long segmentsIn,
    long retransmits,
    int backoff,
    boolean ecn,
    String congestionControl,
    int advertisedMss,
    long ackTimeout,
    long sinceDataSent,
    long sinceDataReceived,
    long sinceAckReceived,
    int notSent,
    int segmentsInFlight,
    int receiveMemory,
    int receiveBuffer,
    int sendBuffer,
    int receiveSpace,
    long pacingRate,
    long maxPacingRate,
    long deliveryRate,
    boolean deliveryRateAppLimited) {

  /** That of a connection now. */
  static TcpInfo of(TcpSocket s) {
    return new TcpInfo(
        s.state,
        s.rtt.srtt(),
        s.rtt.rttvar(),
        s.rtt.minRtt(),
        s.rtt.rto(s.backoff),
        s.cwnd,
        s.ssthresh,
        s.sendMss,
        s.rcvMss,
        s.pathMtu,
        s.flight(),
        s.sndWnd,
        ReceiveWindow.offered(s),
        s.buffer.length(),
        s.receive.bytes(),
        s.scaling ? s.sndShift : -1,
        s.scaling ? s.rcvShift : -1,
        s.timestampsOn,
        s.sackOn,
        s.bytesAcked,
        s.bytesReceived,
        s.bytesRetransmitted,
        s.segmentsOut,
        s.segmentsIn,
        s.retransmits,
        s.backoff,
        s.ecn.isOn(),
        s.congestion.name(),
        s.engine.pathMtu.localMss(s),
        s.lastDataReceived < 0 ? 0 : s.ackTimeout,
        since(s, s.lastSent),
        since(s, s.lastDataReceived),
        since(s, s.lastReceived),
        s.unsent(),
        s.scoreboard.count(),
        (int) Math.min(Integer.MAX_VALUE, s.receive.charge()),
        s.receiveBuffer,
        s.sendBuffer,
        s.tuneSpace,
        Pacer.rate(s),
        s.pacer == null ? Pacer.UNLIMITED : s.pacer.limit(),
        DeliveryRate.rate(s),
        s.rateAppLimited);
  }

  private static long since(TcpSocket s, long time) {
    return time < 0 ? -1 : s.engine.loop.now() - time;
  }
}
