package dev.patchbay.stack.admin.iptables.extension;

import dev.patchbay.stack.netfilter.expression.Condition;
import java.util.List;

/** A match. */
public abstract class MatchExtension extends Extension {
  protected MatchExtension(String name) {
    super(name);
  }

  /** Appends what must hold. */
  public abstract void compile(List<Condition> to);
}
