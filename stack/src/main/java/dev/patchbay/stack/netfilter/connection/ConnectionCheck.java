package dev.patchbay.stack.netfilter.connection;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.conntrack.Tuple;

/** One question to a connection. Allocates and throws nothing when it is asked. */
@FunctionalInterface
public interface ConnectionCheck {
  /** ns. */
  long SECOND = 1_000_000_000L;

  /**
   * Whether it is so.
   *
   * @param info how the packet at hand stands to it
   * @param now ns of the loop's clock
   */
  boolean holds(Connection connection, int info, long now);

  /** Its protocol above IP. */
  static ConnectionCheck protocol(int number, boolean inverted) {
    return (c, info, now) -> c.protocol() == number != inverted;
  }

  /** One of these bits of its status is set. */
  static ConnectionCheck status(int bits, boolean inverted) {
    return (c, info, now) -> (c.status & bits) != 0 != inverted;
  }

  /** The direction of the packet, {@link Connection#ORIGINAL} or {@link Connection#REPLY}. */
  static ConnectionCheck direction(int direction) {
    return (c, info, now) -> TrackingInfo.direction(info) == direction;
  }

  /** The whole seconds that are left to it; before it is in the table that is 0. */
  static ConnectionCheck expires(long least, long most, boolean inverted) {
    return (c, info, now) -> {
      long left = c.has(Connection.CONFIRMED) ? c.left(now) / SECOND : 0;
      return (left >= least && left <= most) != inverted;
    };
  }

  /**
   * A port of one of its tuples.
   *
   * @param direction whose tuple
   * @param source the source port, else the destination port
   */
  static ConnectionCheck port(int direction, boolean source, int low, int high, boolean inverted) {
    Tuple scratch = new Tuple();
    return (c, info, now) -> {
      Tuple t = c.tuple(direction, scratch);
      int port = source ? t.source : t.destination;
      return (port >= low && port <= high) != inverted;
    };
  }

  /**
   * An address of one of its tuples, under a mask.
   *
   * @param direction whose tuple
   * @param source the source address, else the destination address
   * @param hi the address, IPv4 in its mapped form
   */
  static ConnectionCheck address(
      int direction, boolean source, long hi, long lo, long maskHi, long maskLo, boolean inverted) {
    Tuple scratch = new Tuple();
    return (c, info, now) -> {
      Tuple t = c.tuple(direction, scratch);
      long isHi = source ? t.srcHi : t.dstHi;
      long isLo = source ? t.srcLo : t.dstLo;
      return (((isHi ^ hi) & maskHi) == 0 && ((isLo ^ lo) & maskLo) == 0) != inverted;
    };
  }
}
