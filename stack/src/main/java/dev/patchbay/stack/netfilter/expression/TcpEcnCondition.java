package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Tcp;

/**
 * Flags of TCP have a value ({@code ecn_mt4}, {@code match_tcp}). A header that is cut short does
 * not fit and is no reason to drop; what stands there in a later fragment is taken for one.
 */
public final class TcpEcnCondition extends Condition {
  private static final int FLAGS = 13;

  private final int mask;
  private final int value;

  /** A condition that {@code (flags & mask) == value}. */
  public TcpEcnCondition(int mask, int value) {
    this.mask = mask;
    this.value = value;
  }

  @Override
  public boolean holds(PacketFields p) {
    return p.transport + Tcp.LENGTH <= p.packet().tail
        && (Bytes.u8(p.packet().data, p.transport + FLAGS) & mask) == value;
  }
}
