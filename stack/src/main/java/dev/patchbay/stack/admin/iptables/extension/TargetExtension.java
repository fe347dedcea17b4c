package dev.patchbay.stack.admin.iptables.extension;

import dev.patchbay.stack.netfilter.targets.Target;

/** A target with options of its own. */
public abstract class TargetExtension extends Extension {
  protected TargetExtension(String name) {
    super(name);
  }

  /** Its name in {@code -L}: for an old name the one that it stands for. */
  public String listedName() {
    return name();
  }

  /** What it does. */
  public abstract Target compile();
}
