package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.targets.Verdict;

/** One of those that a hook takes a packet through, in the order of Linux's priorities. */
abstract class HookStep {
  /**
   * Takes a packet through.
   *
   * @param way where who drops it says so
   * @return ACCEPT or DROP
   */
  abstract Verdict run(PacketFields p, Hook hook, Way way);
}
