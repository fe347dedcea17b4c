package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Tcp;
import java.util.EnumSet;
import java.util.Set;

/**
 * Sets the bits of explicit congestion notification (RFC 3168) of IPv4 and of TCP ({@code
 * ipt_ECN}).
 */
public final class EcnTarget extends Target implements PlacedTarget {
  /** Leaves bits as they are. */
  public static final int KEEP = -1;

  private static final int FLAGS = 13;
  private static final int ECE = 0x40;
  private static final int CWR = 0x80;

  private final int codePoint;
  private final int mask;
  private final int value;

  /**
   * A target.
   *
   * @param codePoint of IPv4, 0 to 3, or {@link #KEEP}
   * @param ece TCP's ECE, 0 or 1, or {@link #KEEP}
   * @param cwr TCP's CWR, 0 or 1, or {@link #KEEP}
   */
  public EcnTarget(int codePoint, int ece, int cwr) {
    this.codePoint = codePoint;
    mask = (ece == KEEP ? 0 : ECE) | (cwr == KEEP ? 0 : CWR);
    value = (ece == 1 ? ECE : 0) | (cwr == 1 ? CWR : 0);
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
    if (codePoint != KEEP) {
      mark(p.packet().ipv4());
    }
    if (mask != 0 && p.protocol == IpProtocol.TCP && !p.laterFragment) {
      if (p.transport + Tcp.LENGTH > p.packet().tail) {
        return Verdict.DROP;
      }
      int before = Bytes.u8(p.packet().data, p.transport + FLAGS);
      int after = before & ~mask | value;
      if (after != before) {
        TcpRewrite.put8(p, FLAGS, after);
      }
    }
    return Verdict.CONTINUE;
  }

  private void mark(Ipv4 ip) {
    int before = ip.tos();
    int after = before & ~3 | codePoint;
    if (after != before) {
      ip.tos(after);
      int high = ip.versionAndLength() << 8;
      ip.checksum(InternetChecksum.update16(ip.checksum(), high | before, high | after));
    }
  }
}
