package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import java.util.EnumSet;
import java.util.Set;

/**
 * Changes type of service or traffic class: {@code tos = (tos & ~mask) ^ value} ({@code xt_DSCP},
 * its {@code TOS} and {@code DSCP}).
 */
public final class TosTarget extends Target implements PlacedTarget {
  private final int value;
  private final int mask;

  public TosTarget(int value, int mask) {
    this.value = value;
    this.mask = mask;
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
      int before = ip.tos();
      int after = (before & ~mask ^ value) & 0xff;
      if (after != before) {
        ip.tos(after);
        int high = ip.versionAndLength() << 8;
        ip.checksum(InternetChecksum.update16(ip.checksum(), high | before, high | after));
      }
    } else {
      Ipv6 ip = p.packet().ipv6();
      int after = (ip.trafficClass() & ~mask ^ value) & 0xff;
      ip.versionClassFlow(ip.versionClassFlow() & ~(0xff << 20) | after << 20);
    }
    return Verdict.CONTINUE;
  }

  @Override
  public Verdict describe(PacketFields p) {
    return apply(p);
  }
}
