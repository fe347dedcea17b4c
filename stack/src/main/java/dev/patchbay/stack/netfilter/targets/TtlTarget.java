package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.Ipv4;
import java.util.EnumSet;
import java.util.Set;

/** Changes time to live or hop limit ({@code xt_HL}, its {@code TTL} and {@code HL}). */
public final class TtlTarget extends Target implements PlacedTarget {
  /** What is done with the number. */
  public enum Change {
    SET,
    INCREASE,
    DECREASE
  }

  private final Change change;
  private final int value;

  /** A target; {@code value} is 0 to 255, 1 at least where it is a difference. */
  public TtlTarget(Change change, int value) {
    this.change = change;
    this.value = value;
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
  public Verdict apply(PacketFields p) {
    if (p.v4) {
      Ipv4 ip = p.packet().ipv4();
      int before = ip.ttl();
      int after = changed(before);
      if (after != before) {
        ip.ttl(after);
        int low = ip.protocol();
        ip.checksum(InternetChecksum.update16(ip.checksum(), before << 8 | low, after << 8 | low));
      }
    } else {
      p.packet().ipv6().hopLimit(changed(p.packet().ipv6().hopLimit()));
    }
    return Verdict.CONTINUE;
  }

  @Override
  public Verdict describe(PacketFields p) {
    return apply(p);
  }

  private int changed(int before) {
    return switch (change) {
      case SET -> value;
      case INCREASE -> Math.min(before + value, 255);
      case DECREASE -> Math.max(before - value, 0);
    };
  }
}
