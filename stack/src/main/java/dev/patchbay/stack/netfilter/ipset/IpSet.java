package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.netfilter.expression.PacketFields;

/** A set under its name: what rules and lists hold on to. */
public final class IpSet {
  private String name;
  private Content content;

  IpSet(String name, Content content) {
    this.name = name;
    this.content = content;
  }

  public String name() {
    return name;
  }

  void name(String to) {
    name = to;
  }

  /** What is in it now; another one after a swap. */
  public Content content() {
    return content;
  }

  void content(Content to) {
    content = to;
  }

  private boolean fits(PacketQuery query, PacketFields p) {
    SetType type = content.type();
    return query.dimensions() >= type.dimension()
        && (!type.isHash() || content.options().v4 == p.v4);
  }

  /** Whether a packet is in it ({@code ip_set_test}). */
  boolean test(PacketQuery query, PacketFields p) {
    if (!fits(query, p)) {
      return false;
    }
    Outcome found = content.test(query, p);
    boolean inverts = query.returnsNoMatch && content.type() == SetType.HASH_NET;
    return found == (inverts ? Outcome.NO_MATCH : Outcome.OK);
  }

  /** Adds a packet's parts ({@code ip_set_add}). */
  Outcome add(PacketQuery query, PacketFields p) {
    return fits(query, p) ? content.add(query, p) : Outcome.TYPE_MISMATCH;
  }

  /** Takes a packet's parts away ({@code ip_set_del}). */
  Outcome delete(PacketQuery query, PacketFields p) {
    return fits(query, p) ? content.delete(query, p) : Outcome.TYPE_MISMATCH;
  }
}
