package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.netfilter.expression.PacketFields;

/** What one protocol says of its connections ({@code nf_conntrack_l4proto}). */
interface ProtocolTracker {
  /** What becomes of a packet. */
  enum Answer {
    /** It is of its connection. */
    VALID,
    /** It is of none: rules see it as invalid. */
    INVALID,
    /** It is dropped. */
    DROP,
    /** Its connection was ended: it is looked up once more. */
    REPEAT
  }

  /**
   * Takes a packet of a connection, the first of all where that is not confirmed.
   *
   * @param info how the packet stands to it
   */
  Answer packet(Connection connection, PacketFields p, int info);
}
