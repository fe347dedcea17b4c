package dev.patchbay.stack.netfilter.targets;

/** How a packet goes on after a rule. */
public enum Verdict {
  /** To the next rule. */
  CONTINUE,
  /** To the next table. */
  ACCEPT,
  /** Nowhere. */
  DROP,
  /** Behind the rule that jumped into this chain; in a base chain to its policy. */
  RETURN
}
