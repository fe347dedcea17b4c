package dev.patchbay.stack.conntrack;

/** The greatest numbers of connection tracking: one for all namespaces, each counts its own. */
public final class Limits {
  /** {@code nf_conntrack_max}: connections at once. */
  public int max = 262_144;

  /** {@code nf_conntrack_expect_max}: expectations at once. */
  public int expectMax = 4096;

  public Limits() {}
}
