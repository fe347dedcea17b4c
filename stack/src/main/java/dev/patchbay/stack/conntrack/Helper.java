package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.netfilter.expression.PacketFields;

/**
 * Who reads along in a connection that announces others ({@code nf_conntrack_helper}). Set by
 * {@code -j CT --helper NAME}.
 */
public interface Helper {
  /** Its name, as {@code --helper} has it. */
  String name();

  /** The protocol of connections that it can read. */
  int protocol();

  /**
   * Reads a packet that is through all rules and may be changed still: addresses and ports of what
   * it announces are already translated as the connection's are.
   *
   * @param info how the packet stands to the connection
   * @return false where it is to be dropped
   */
  boolean read(PacketFields p, Connection connection, int info);
}
