package dev.patchbay.stack.tcp;

/** How many challenge ACKs all connections together may send (RFC 5961 section 7). */
final class ChallengeLimit {
  private static final long SECOND = 1_000_000_000L;

  private final TcpEngine engine;
  private long second = Long.MIN_VALUE;
  private int left;

  ChallengeLimit(TcpEngine engine) {
    this.engine = engine;
  }

  /**
   * Linux's answer to side-channel attacks on the global limit: it varies from second to second.
   *
   * @return whether one may be sent now; it counts
   */
  boolean take() {
    long now = engine.loop.now() / SECOND;
    if (now != second) {
      second = now;
      int half = (engine.config.challengeAckLimit + 1) / 2;
      left = half + engine.random.nextInt(Math.max(1, engine.config.challengeAckLimit));
    }
    return left > 0 && left-- > 0;
  }
}
