package dev.patchbay.stack.conntrack;

import org.jspecify.annotations.Nullable;

/**
 * What table raw has said of a packet's connection before it is known ({@code -j CT}): what {@code
 * Packet.tracking} holds between the two.
 *
 * @param zone 0 to 65535
 * @param zoneDirections the directions in which it counts: bit 0 original, bit 1 reply
 * @param helper the helper of a new connection, or null
 * @param events what is told of it: bits of {@link ConntrackListener}, all where they are -1
 * @param expectationEvents what is told of its expectations: bit 0 when they come, bit 1 when they
 *     go; all where they are -1
 */
public record Template(
    int zone, int zoneDirections, @Nullable Helper helper, int events, int expectationEvents) {
  /** Zone 0 of both directions, without a helper. */
  public static final Template NONE = new Template(0, 3, null, -1, -1);

  /** The same in another zone. */
  public Template inZone(int other) {
    return new Template(other, zoneDirections, helper, events, expectationEvents);
  }

  int zone(int direction) {
    return (zoneDirections >> direction & 1) != 0 ? zone : 0;
  }
}
