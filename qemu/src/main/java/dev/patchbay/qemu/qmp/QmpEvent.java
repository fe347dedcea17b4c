package dev.patchbay.qemu.qmp;

import java.time.Instant;
import tools.jackson.databind.JsonNode;

/**
 * Something that QEMU tells without being asked.
 *
 * @param name name of the event, e.g. {@code RESET}
 * @param data what belongs to it; a missing node where QEMU sent none
 * @param time QEMU's wall clock when it happened; {@link Instant#EPOCH} where QEMU could not tell
 */
public record QmpEvent(String name, JsonNode data, Instant time) {
  /** A stream netdev got its peer (QEMU 7.2 and later); data {@code netdev-id}, {@code addr}. */
  public static final String NETDEV_STREAM_CONNECTED = "NETDEV_STREAM_CONNECTED";

  /** A stream netdev lost its peer (QEMU 7.2 and later); data {@code netdev-id}. */
  public static final String NETDEV_STREAM_DISCONNECTED = "NETDEV_STREAM_DISCONNECTED";

  /** The machine was stopped. */
  public static final String STOP = "STOP";

  /** The machine was continued. */
  public static final String RESUME = "RESUME";

  /** Id of the netdev that the event is about, or the empty string where it is about none. */
  public String netdev() {
    return data.path("netdev-id").asString("");
  }

  static QmpEvent of(JsonNode message) {
    JsonNode stamp = message.path("timestamp");
    long seconds = Math.max(0, stamp.path("seconds").asLong(0));
    long micros = Math.max(0, stamp.path("microseconds").asLong(0));
    return new QmpEvent(
        message.path("event").asString(""),
        message.path("data"),
        Instant.ofEpochSecond(seconds, micros * 1000));
  }
}
