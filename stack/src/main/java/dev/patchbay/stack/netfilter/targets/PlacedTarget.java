package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A target that may stand only in some places ({@code xt_target.hooks}, {@code xt_target.table}).
 */
public interface PlacedTarget {
  /** The hooks that may lead to it. */
  Set<Hook> hooks();

  /** The only table for it, null for any. */
  @Nullable TableKind table();
}
