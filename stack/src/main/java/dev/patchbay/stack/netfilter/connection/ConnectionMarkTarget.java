package dev.patchbay.stack.netfilter.connection;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.ConntrackListener;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.netfilter.targets.Verdict;

/** Changes the mark of the connection, or takes the packet's from it ({@code connmark_tg}). */
public final class ConnectionMarkTarget extends Target {
  /** What is done. */
  public enum Operation {
    /** The connection's becomes {@code (mark & ~ctmask) ^ value}. */
    SET,
    /** The packet's bits under nfmask go into the connection's. */
    SAVE,
    /** The connection's bits under ctmask go into the packet's. */
    RESTORE
  }

  private final Conntrack conntrack;
  private final Operation operation;
  private final int value;
  private final int ctMask;
  private final int nfMask;

  /**
   * A target.
   *
   * @param value of SET
   * @param ctMask the bits of the connection's mark
   * @param nfMask the bits of the packet's
   */
  public ConnectionMarkTarget(
      Conntrack conntrack, Operation operation, int value, int ctMask, int nfMask) {
    this.conntrack = conntrack;
    this.operation = operation;
    this.value = value;
    this.ctMask = ctMask;
    this.nfMask = nfMask;
  }

  @Override
  public boolean needsTracking() {
    return true;
  }

  @Override
  public Verdict describe(PacketFields p) {
    Connection c = TrackingInfo.of(p.packet());
    boolean others = c != null && c.has(Connection.CONFIRMED) && operation != Operation.RESTORE;
    return others ? Verdict.CONTINUE : apply(p);
  }

  @Override
  public Verdict apply(PacketFields p) {
    Connection c = TrackingInfo.of(p.packet());
    if (c != null) {
      switch (operation) {
        case SET -> mark(c, c.mark & ~ctMask ^ value);
        case SAVE -> mark(c, c.mark & ~ctMask ^ p.packet().mark & nfMask);
        case RESTORE -> p.packet().mark = p.packet().mark & ~nfMask ^ c.mark & ctMask;
      }
    }
    return Verdict.CONTINUE;
  }

  private void mark(Connection c, int mark) {
    if (c.mark != mark) {
      c.mark = mark;
      conntrack.note(c, ConntrackListener.MARK);
    }
  }
}
