package dev.patchbay.stack.admin.iptables.extension;

import dev.patchbay.stack.netfilter.expression.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A match. */
public abstract class MatchExtension extends Extension {
  protected MatchExtension(String name) {
    super(name);
  }

  /**
   * Why the kernel takes no rule with it there ({@code xt_match.checkentry}): the text of the
   * error, or null where it takes it.
   */
  public @Nullable String refusal(Place place) {
    return null;
  }

  /** Appends what must hold. */
  public abstract void compile(List<Condition> to);
}
