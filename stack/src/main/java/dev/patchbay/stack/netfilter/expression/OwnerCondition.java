package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.Packet;
import java.util.EnumSet;
import java.util.Set;

/**
 * Whose socket a packet left ({@code xt_owner}). All programs of the appliance are of user 0 and
 * group 0, without further groups; what the stack itself sends by a socket (errors and answers of
 * ICMP, resets, neighbour discovery) has no user, as on Linux.
 */
public final class OwnerCondition extends Condition implements PlacedCondition {
  /** There is a socket ({@code XT_OWNER_SOCKET}). */
  public static final int SOCKET = 4;

  /** Its user lies in the range ({@code XT_OWNER_UID}). */
  public static final int USER = 1;

  /** Its group does ({@code XT_OWNER_GID}). */
  public static final int GROUP = 2;

  /** So may one of its user's other groups ({@code XT_OWNER_SUPPL_GROUPS}). */
  public static final int OTHER_GROUPS = 8;

  private final int asked;
  private final int inverted;
  private final boolean userFits;
  private final boolean groupFits;

  /**
   * A condition.
   *
   * @param asked what of SOCKET, USER, GROUP and OTHER_GROUPS counts
   * @param inverted what of it must not be so
   * @param hasUser0 whether user 0 is one of those asked for
   * @param hasGroup0 whether group 0 is
   */
  public OwnerCondition(int asked, int inverted, boolean hasUser0, boolean hasGroup0) {
    this.asked = asked;
    this.inverted = inverted;
    userFits = (asked & USER) == 0 || hasUser0 == ((inverted & USER) == 0);
    groupFits = (asked & GROUP) == 0 || hasGroup0 == ((inverted & GROUP) == 0);
  }

  @Override
  public Set<Hook> hooks() {
    return EnumSet.of(Hook.OUTPUT, Hook.POSTROUTING);
  }

  @Override
  public boolean holds(PacketFields p) {
    Packet packet = p.packet();
    int socket = packet.device == null ? packet.socket : Packet.SOCKET_NONE;
    if (socket == Packet.SOCKET_NONE) {
      return asked == inverted;
    }
    if ((asked & inverted & SOCKET) != 0) {
      return false;
    }
    return socket == Packet.SOCKET_PROGRAM
        ? userFits && groupFits
        : ((asked ^ inverted) & (USER | GROUP)) == 0;
  }
}
