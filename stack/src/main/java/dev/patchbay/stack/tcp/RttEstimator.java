package dev.patchbay.stack.tcp;

/** Round-trip time and retransmission time-out (RFC 6298, with Linux's minimum). All in ns. */
final class RttEstimator {
  private long srtt;
  private long rttvar;
  private long minRtt = Long.MAX_VALUE;
  private long latest;
  private long samples;
  private long rto;
  private final TcpConfig config;

  RttEstimator(TcpConfig config) {
    this.config = config;
    rto = config.initialRto;
  }

  /**
   * Takes a measurement; never of a segment that was sent twice (Karn's algorithm), unless by
   * timestamps.
   */
  void sample(long rtt) {
    long r = Math.max(rtt, 1);
    latest = r;
    samples++;
    minRtt = Math.min(minRtt, r);
    if (srtt == 0) {
      // (2.2) SRTT <- R, RTTVAR <- R/2
      srtt = r;
      rttvar = r / 2;
    } else {
      // (2.3) RTTVAR <- (1 - 1/4) * RTTVAR + 1/4 * |SRTT - R'|, SRTT <- (1 - 1/8) * SRTT + 1/8 * R'
      rttvar += (Math.abs(srtt - r) - rttvar) / 4;
      srtt += (r - srtt) / 8;
    }
    // (2.3) RTO <- SRTT + max(G, K*RTTVAR); Linux puts its minimum in the place of G
    rto = Math.min(srtt + Math.max(4 * rttvar, config.minRto), config.maxRto);
  }

  /** RFC 6298 section 5.7: after a lost SYN data begins with 3 s unless there is a measurement. */
  void afterLostSyn() {
    if (srtt == 0) {
      rto = Math.max(rto, 3 * config.initialRto);
    }
  }

  /** The time-out after {@code backoff} doublings. */
  long rto(int backoff) {
    return Math.min(rto << Math.min(backoff, 20), config.maxRto);
  }

  long srtt() {
    return srtt;
  }

  long rttvar() {
    return rttvar;
  }

  /** Least sample, 0 before the first. */
  long minRtt() {
    return minRtt == Long.MAX_VALUE ? 0 : minRtt;
  }

  /** How many measurements there were. */
  long samples() {
    return samples;
  }

  /** Last sample, 0 before the first. */
  long latest() {
    return latest;
  }
}
