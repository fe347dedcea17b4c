package dev.patchbay.stack.netfilter.connection;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Extras;
import dev.patchbay.stack.conntrack.Helper;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import org.jspecify.annotations.Nullable;

/** The connection was announced by one that this helper reads ({@code helper_mt}). */
public final class ConnectionHelperCondition extends Condition {
  private final String name;
  private final boolean inverted;

  /**
   * A condition.
   *
   * @param name begins with the helper's; any helper where it is empty
   */
  public ConnectionHelperCondition(String name, boolean inverted) {
    this.name = name;
    this.inverted = inverted;
  }

  @Override
  public boolean needsTracking() {
    return true;
  }

  @Override
  public boolean holds(PacketFields p) {
    Helper helper = announcing(TrackingInfo.of(p.packet()));
    boolean fits = helper != null && (name.isEmpty() || name.startsWith(helper.name()));
    return fits != inverted;
  }

  /** The helper of the connection that has announced this one, or null. */
  private static @Nullable Helper announcing(@Nullable Connection c) {
    Extras extras = c == null ? null : c.extras();
    Connection master = extras == null ? null : extras.master;
    Extras ofMaster = master == null ? null : master.extras();
    return ofMaster == null ? null : ofMaster.helper;
  }
}
