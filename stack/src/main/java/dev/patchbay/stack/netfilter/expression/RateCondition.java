package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.netfilter.state.RateConfig;
import dev.patchbay.stack.netfilter.state.RateTable;
import dev.patchbay.stack.netfilter.state.SharedStates;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/**
 * A packet is within the rate of those that are like it, or above it ({@code xt_hashlimit}). Where
 * the table is full it is dropped.
 */
public final class RateCondition extends Condition {
  private static final int DCCP = 33;
  private static final int NO_PORTS = -1;

  private final String name;
  private final boolean v4;
  private final RateConfig config;
  private final boolean above;
  private @Nullable RateTable table;

  /**
   * A condition.
   *
   * @param name that of the table, whose configuration is that of the first rule that names it
   * @param above holds above the rate, else within it
   */
  public RateCondition(String name, boolean v4, RateConfig config, boolean above) {
    this.name = name;
    this.v4 = v4;
    this.config = config;
    this.above = above;
  }

  @Override
  public boolean remembers() {
    return true;
  }

  @Override
  public String shares() {
    return "hashlimit " + name;
  }

  @Override
  public void bind(SharedStates states) {
    table = states.rates(name, v4, config);
  }

  @Override
  public boolean holds(PacketFields p) {
    RateTable rates = table;
    if (rates == null) {
      throw new IllegalStateException("asked before its table took its place");
    }
    int pair = 0;
    int at = portsAt(p);
    if (rates.config().wantsPorts() && at != NO_PORTS) {
      if (!p.hasTransport(at + 4)) {
        return false;
      }
      pair = Bytes.i32(p.packet().data, p.transport + at);
    }
    int entry = rates.find(p.srcHi, p.srcLo, p.dstHi, p.dstLo, pair);
    if (entry == RateTable.FULL) {
      p.hotDrop = true;
      return false;
    }
    return rates.isWithin(entry, p.length) != above;
  }

  /** Where four bytes stand that tell flows apart ({@code proto_ports_offset}). */
  private static int portsAt(PacketFields p) {
    if (p.laterFragment) {
      return NO_PORTS;
    }
    return switch (p.protocol) {
      case IpProtocol.TCP,
          IpProtocol.UDP,
          IpProtocol.UDPLITE,
          IpProtocol.SCTP,
          IpProtocol.ESP,
          DCCP ->
          0;
      case IpProtocol.AH -> 4;
      default -> NO_PORTS;
    };
  }
}
