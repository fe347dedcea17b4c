package dev.patchbay.stack.netfilter.connection;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Extras;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.PacketFields;

/** What a connection has carried so far ({@code connbytes_mt}). */
public final class ConnectionBytesCondition extends Condition {
  /** What is counted. */
  public enum Unit {
    PACKETS,
    BYTES,
    /** Bytes by packets, whole ones. */
    AVERAGE
  }

  /** Both directions together. */
  public static final int BOTH = 2;

  private final Unit unit;
  private final int direction;
  private final long least;
  private final long most;
  private final boolean inverted;

  /**
   * A condition.
   *
   * @param direction {@link Connection#ORIGINAL}, {@link Connection#REPLY} or {@link #BOTH}
   * @param least of 64 bits without sign
   * @param most the same
   */
  public ConnectionBytesCondition(
      Unit unit, int direction, long least, long most, boolean inverted) {
    this.unit = unit;
    this.direction = direction;
    this.least = least;
    this.most = most;
    this.inverted = inverted;
  }

  @Override
  public boolean needsTracking() {
    return true;
  }

  @Override
  public boolean needsAccounting() {
    return true;
  }

  @Override
  public boolean holds(PacketFields p) {
    Connection c = TrackingInfo.of(p.packet());
    Extras extras = c == null ? null : c.extras();
    if (extras == null || !extras.counts) {
      return false;
    }
    long value =
        switch (unit) {
          case PACKETS -> sum(extras.packets);
          case BYTES -> sum(extras.bytes);
          case AVERAGE -> average(sum(extras.bytes), sum(extras.packets));
        };
    boolean within =
        Long.compareUnsigned(value, least) >= 0 && Long.compareUnsigned(value, most) <= 0;
    return within != inverted;
  }

  private long sum(long[] counted) {
    return direction == BOTH
        ? counted[Connection.ORIGINAL] + counted[Connection.REPLY]
        : counted[direction];
  }

  private static long average(long bytes, long packets) {
    return packets == 0 ? 0 : bytes / packets;
  }
}
