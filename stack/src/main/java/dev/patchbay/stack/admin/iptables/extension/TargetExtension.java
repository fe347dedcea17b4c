package dev.patchbay.stack.admin.iptables.extension;

import dev.patchbay.stack.netfilter.targets.Target;

/** A target with options of its own. */
public abstract class TargetExtension extends Extension {
  protected TargetExtension(String name) {
    super(name);
  }

  /** What it does. */
  public abstract Target compile();
}
