package dev.patchbay.stack.netfilter.expression;

import java.util.Arrays;

/** One of the packet's ports is among some ({@code xt_multiport}). */
public final class PortsCondition extends Condition {
  /** Which ports are asked. */
  public enum Side {
    SOURCE,
    DESTINATION,
    EITHER
  }

  private final Side side;
  private final int[] bounds;
  private final boolean inverted;

  /**
   * A condition.
   *
   * @param bounds lowest and highest port of each range, one after the other
   */
  public PortsCondition(Side side, int[] bounds, boolean inverted) {
    this.side = side;
    this.bounds = bounds.clone();
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    // xt_multiport asks for the four bytes of the ports alone
    if (!p.hasTransport(4)) {
      return false;
    }
    boolean is =
        side != Side.DESTINATION && has(Field.portAt(p, 0))
            || side != Side.SOURCE && has(Field.portAt(p, 2));
    return is != inverted;
  }

  private boolean has(int port) {
    for (int i = 0; i < bounds.length; i += 2) {
      if (port >= bounds[i] && port <= bounds[i + 1]) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void constrain(IndexKey key) {
    if (!inverted && side != Side.EITHER) {
      int low = Arrays.stream(bounds).min().orElse(0);
      int high = Arrays.stream(bounds).max().orElse(0xffff);
      key.bound(side == Side.SOURCE ? Field.SOURCE_PORT : Field.DESTINATION_PORT, low, high);
    }
  }
}
