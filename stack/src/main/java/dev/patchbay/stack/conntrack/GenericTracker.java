package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.netfilter.expression.PacketFields;

/** What nothing is known of but the addresses ({@code nf_conntrack_proto_generic.c}). */
final class GenericTracker implements ProtocolTracker {
  private final Conntrack conntrack;

  GenericTracker(Conntrack conntrack) {
    this.conntrack = conntrack;
  }

  @Override
  public Answer packet(Connection c, PacketFields p, int info) {
    conntrack.refresh(c, p, TrackingInfo.direction(info), conntrack.settings().generic);
    return Answer.VALID;
  }
}
