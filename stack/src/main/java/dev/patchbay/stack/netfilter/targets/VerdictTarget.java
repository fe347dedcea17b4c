package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;

/** A verdict and nothing else: ACCEPT, DROP, RETURN; CONTINUE for a rule that only counts. */
public final class VerdictTarget extends Target {
  public static final VerdictTarget ACCEPT = new VerdictTarget(Verdict.ACCEPT);
  public static final VerdictTarget DROP = new VerdictTarget(Verdict.DROP);
  public static final VerdictTarget RETURN = new VerdictTarget(Verdict.RETURN);
  public static final VerdictTarget NONE = new VerdictTarget(Verdict.CONTINUE);

  private final Verdict verdict;

  private VerdictTarget(Verdict verdict) {
    this.verdict = verdict;
  }

  @Override
  public Verdict apply(PacketFields p) {
    return verdict;
  }

  @Override
  public Verdict describe(PacketFields p) {
    return apply(p);
  }
}
