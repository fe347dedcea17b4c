package dev.patchbay.stack.conntrack;

import org.jspecify.annotations.Nullable;

/** A connection that another one has announced ({@code nf_conntrack_expect}). */
public final class Expectation {
  /** It stays when its connection has come ({@code NF_CT_EXPECT_PERMANENT}). */
  public static final int PERMANENT = 1;

  /** The tuple that is expected; as it is while it is waited for. */
  public final Tuple tuple = new Tuple();

  /** What of its source matters: an address of zeros and port 0 are any. */
  public boolean anySource;

  public boolean anySourcePort = true;

  /** The connection that has announced it. */
  public final Connection master;

  /** The helper that the new connection has, or null. */
  public @Nullable Helper helper;

  public int flags;

  /** Of one master at once; the oldest makes place. */
  public int most = ExpectationTable.PER_MASTER;

  /** The class of the helper's expectations, for its limit. */
  public int kind;

  /** The direction of the master's in which the new connection goes. */
  public int direction;

  /** The destination port before it was translated, and whether it is to be translated back. */
  public int savedPort;

  /** The address that was announced, before it was translated. */
  public long savedHi;

  public long savedLo;

  /**
   * Whether the new connection is to be translated as its master ({@code nf_nat_follow_master}).
   */
  public boolean followsMaster;

  /** ns of the loop's clock at which it is given up. */
  long deadline;

  /** How many had been announced before it. */
  long number;

  public Expectation(Connection master) {
    this.master = master;
  }

  /** ns that are left to it, 0 at least. */
  public long left(long now) {
    return Math.max(0, deadline - now);
  }
}
