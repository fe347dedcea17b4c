package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.netfilter.expression.PacketFields;

/**
 * Questions of ICMP and ICMPv6 and their answers ({@code nf_conntrack_icmp_packet}). Errors belong
 * to the connection that they quote and do not come here: {@link IcmpErrors}.
 */
final class IcmpTracker implements ProtocolTracker {
  private final Conntrack conntrack;
  private final Settings settings;
  private final Tuple tuple = new Tuple();

  IcmpTracker(Conntrack conntrack) {
    this.conntrack = conntrack;
    settings = conntrack.settings();
  }

  @Override
  public Answer packet(Connection c, PacketFields p, int info) {
    boolean fresh = !c.has(Connection.CONFIRMED);
    int type = c.tuple(Connection.ORIGINAL, tuple).destination >>> 8;
    if (fresh && !IcmpQuery.isQuestion(p.protocol, type)) {
      return Answer.INVALID;
    }
    int seconds = p.v4 ? settings.icmp : settings.icmp6;
    conntrack.refresh(c, p, TrackingInfo.direction(info), seconds);
    return Answer.VALID;
  }
}
