package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import java.util.function.Consumer;

/** A packet is in a set, or is not ({@code set_match_v4}). */
public final class SetCondition extends Condition implements SetUser {
  private final PacketQuery query;
  private final boolean inverted;

  /** A condition; the query is its own. */
  public SetCondition(PacketQuery query, boolean inverted) {
    this.query = query;
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    return query.set().test(query, p) != inverted;
  }

  /** The set may count packets, or come to count them by a swap. */
  @Override
  public boolean remembers() {
    return true;
  }

  @Override
  public void sets(Consumer<IpSet> to) {
    to.accept(query.set());
  }
}
