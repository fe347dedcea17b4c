package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/**
 * How a packet stands to its connection: what {@code Packet.trackingInfo} holds (Linux: {@code enum
 * ip_conntrack_info}). A packet without a connection that is not {@link #UNTRACKED} is invalid.
 */
public final class TrackingInfo {
  /** Of a connection that has been seen both ways, in the direction of its first packet. */
  public static final byte ESTABLISHED = 0;

  /** The first packet of an expected connection, or an ICMP error about one. */
  public static final byte RELATED = 1;

  /** Of a connection that has no answer yet. */
  public static final byte NEW = 2;

  /** An answer. */
  public static final byte ESTABLISHED_REPLY = 3;

  /** An ICMP error that goes the way of the answers. */
  public static final byte RELATED_REPLY = 4;

  /** Kept from being tracked. */
  public static final byte UNTRACKED = 7;

  private TrackingInfo() {}

  /** The direction, {@link Connection#ORIGINAL} or {@link Connection#REPLY}. */
  public static int direction(int info) {
    return info == ESTABLISHED_REPLY || info == RELATED_REPLY
        ? Connection.REPLY
        : Connection.ORIGINAL;
  }

  /** The state of a packet, as {@code --ctstate} names it. */
  public static String name(Packet packet) {
    if (packet.trackingInfo == UNTRACKED) {
      return "UNTRACKED";
    }
    if (of(packet) == null) {
      return "INVALID";
    }
    return switch (packet.trackingInfo) {
      case NEW -> "NEW";
      case RELATED, RELATED_REPLY -> "RELATED";
      default -> "ESTABLISHED";
    };
  }

  /**
   * Lets an error about a packet, or a reset for it, belong to the connection of that, whose first
   * packet may go no further ({@code nf_conntrack_attach}): it goes the other way.
   */
  public static void attach(Packet answer, Packet about) {
    if (about.tracking instanceof Connection) {
      answer.tracking = about.tracking;
      boolean reply = direction(about.trackingInfo) == Connection.REPLY;
      answer.trackingInfo = reply ? RELATED : RELATED_REPLY;
    }
  }

  /** The connection that a packet belongs to, or null. */
  public static @Nullable Connection of(Packet packet) {
    return packet.tracking instanceof Connection connection ? connection : null;
  }
}
