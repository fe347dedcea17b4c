package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.netfilter.place.Hook;
import java.util.Set;

/** A condition that can be asked only in some places ({@code xt_match.hooks}). */
public interface PlacedCondition {
  /** The hooks that may lead to it. */
  Set<Hook> hooks();
}
