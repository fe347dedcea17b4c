package dev.patchbay.stack.netfilter.expression;

/** A packet came in by a bridge's port, leaves by one, or passes a bridge ({@code xt_physdev}). */
public final class BridgedCondition extends Condition {
  /** What is asked. */
  public enum What {
    IN,
    OUT,
    BRIDGED
  }

  private final What what;
  private final boolean inverted;

  public BridgedCondition(What what, boolean inverted) {
    this.what = what;
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    boolean is =
        switch (what) {
          case IN -> p.physicalIn != null;
          case OUT -> p.physicalOut != null;
          case BRIDGED -> p.bridged;
        };
    return is != inverted;
  }
}
