package dev.patchbay.stack.netfilter.connection;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.ConnectionCount;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.PacketFields;

/**
 * How many connections there are that have sent packets to this rule from the same network, or to
 * it ({@code connlimit_mt}). Has state, so it belongs to one rule.
 */
public final class ConnectionLimitCondition extends Condition {
  private final long limit;
  private final boolean upTo;
  private final boolean destination;
  private final long maskHi;
  private final long maskLo;
  private final ConnectionCount count;

  /**
   * A condition.
   *
   * @param count of none yet
   * @param limit 0 to 2^32 - 1
   * @param upTo whether it holds up to the limit, else above it
   * @param destination whether the packet's destination counts, else its source
   * @param maskHi the bits of the address that count
   */
  public ConnectionLimitCondition(
      ConnectionCount count,
      long limit,
      boolean upTo,
      boolean destination,
      long maskHi,
      long maskLo) {
    this.count = count;
    this.limit = limit;
    this.upTo = upTo;
    this.destination = destination;
    this.maskHi = maskHi;
    this.maskLo = maskLo;
  }

  @Override
  public boolean needsTracking() {
    return true;
  }

  @Override
  public boolean remembers() {
    return true;
  }

  @Override
  public boolean holds(PacketFields p) {
    Connection c = TrackingInfo.of(p.packet());
    long hi = (destination ? p.dstHi : p.srcHi) & maskHi;
    long lo = (destination ? p.dstLo : p.srcLo) & maskLo;
    return count.exceeds(c, hi, lo, limit, p.now) != upTo;
  }
}
