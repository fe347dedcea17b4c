package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Tcp;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Set;

/** Writes no-operations over some options of a TCP header ({@code xt_TCPOPTSTRIP}). */
public final class TcpOptionsTarget extends Target implements PlacedTarget {
  private static final int NO_OPERATION = 1;

  private final BitSet kinds;

  /** A target; {@code kinds} are 2 to 255. */
  public TcpOptionsTarget(BitSet kinds) {
    this.kinds = (BitSet) kinds.clone();
  }

  @Override
  public Set<Hook> hooks() {
    return EnumSet.allOf(Hook.class);
  }

  @Override
  public TableKind table() {
    return TableKind.MANGLE;
  }

  @Override
  public Verdict describe(PacketFields p) {
    return apply(p);
  }

  @Override
  public Verdict apply(PacketFields p) {
    int length = TcpRewrite.headerLength(p);
    if (length < 0) {
      return Verdict.DROP;
    }
    byte[] data = p.packet().data;
    for (int at = Tcp.LENGTH; at < length - 1; ) {
      int kind = Bytes.u8(data, p.transport + at);
      int octets = Bytes.u8(data, p.transport + at + 1);
      octets = kind <= NO_OPERATION || octets == 0 ? 1 : octets;
      if (at + octets > length) {
        break;
      }
      for (int i = 0; kinds.get(kind) && i < octets; i++) {
        TcpRewrite.put8(p, at + i, NO_OPERATION);
      }
      at += octets;
    }
    return Verdict.CONTINUE;
  }
}
