package dev.patchbay.backend.dhcp6;

import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who has, or had, an IPv6 address. Immutable.
 *
 * @param ip the address
 * @param duid the client's identifier in hexadecimal digits
 * @param iaid which of its associations has it
 * @param mac the Ethernet address in its identifier, or 0
 * @param port name of the port behind which it is
 * @param state what the address is now
 * @param expires wall-clock time of the end in ns since 1970; {@link Long#MAX_VALUE} is never
 */
public record Lease6(
    IpAddress ip, String duid, int iaid, long mac, String port, Lease.State state, long expires) {
  private static final long SECOND = 1_000_000_000L;

  /** Whether nobody else may get the address at {@code now} (wall ns). */
  boolean holds(long now) {
    return state != Lease.State.RELEASED && state != Lease.State.EXPIRED && expires > now;
  }

  boolean is(String client, int association) {
    return duid.equals(client) && iaid == association;
  }

  Lease6 with(Lease.State newState, long newExpires) {
    return new Lease6(ip, duid, iaid, mac, port, newState, newExpires);
  }

  /**
   * The object of {@code GET /v1/leases}: as of IPv4, with {@code duid} and {@code iaid}.
   *
   * @param device {@code [NETNS/]DEVICE} whose server gave it
   */
  public Map<String, @Nullable Object> toMap(String device) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("ip", ip.toString());
    map.put("mac", Addresses.macToString(mac));
    map.put("port", port);
    map.put("hostname", "");
    map.put("clientId", duid);
    map.put("state", state.name().toLowerCase(Locale.ROOT));
    map.put(
        "expires",
        expires == Long.MAX_VALUE
            ? null
            : Instant.ofEpochSecond(expires / SECOND, expires % SECOND).toString());
    map.put("device", device);
    map.put("iaid", Integer.toUnsignedLong(iaid));
    return map;
  }

  /**
   * Reads what {@link #toMap} made.
   *
   * @throws IllegalArgumentException where a member is missing or wrong
   */
  public static Lease6 of(Map<String, ? extends @Nullable Object> map) {
    Object iaid = map.get("iaid");
    if (!(iaid instanceof Number number)) {
      throw new IllegalArgumentException("iaid is missing or no number");
    }
    Object end = map.get("expires");
    try {
      Instant instant = end == null ? null : Instant.parse(end.toString());
      return new Lease6(
          IpAddress.parse(text(map, "ip")),
          text(map, "clientId"),
          number.intValue(),
          Addresses.parseMac(text(map, "mac")),
          text(map, "port"),
          Lease.State.valueOf(text(map, "state").toUpperCase(Locale.ROOT)),
          instant == null
              ? Long.MAX_VALUE
              : Math.addExact(
                  Math.multiplyExact(instant.getEpochSecond(), SECOND), instant.getNano()));
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("expires: " + end, e);
    }
  }

  private static String text(Map<String, ? extends @Nullable Object> map, String key) {
    if (map.get(key) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(key + " is missing or no text");
  }
}
