package dev.patchbay.stack.netfilter.ipset;

import java.util.function.Consumer;

/** A part of a rule that holds on to sets. */
public interface SetUser {
  /** Gives each set as often as it is named. */
  void sets(Consumer<IpSet> to);
}
