package dev.patchbay.backend.dhcp;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Leases as JSON objects: of {@code GET /v1/leases} and of {@code leases.json}. */
public final class LeaseJson {
  private static final long SECOND = 1_000_000_000L;

  private LeaseJson() {}

  /**
   * The object of {@code GET /v1/leases}: ip, mac, port, hostname, clientId, state (lower case),
   * expires (ISO 8601, or null for never), device.
   *
   * @param device {@code [NETNS/]DEVICE} whose server gave it
   */
  public static Map<String, @Nullable Object> toMap(Lease lease, String device) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("ip", lease.address());
    map.put("mac", lease.macText());
    map.put("port", lease.port());
    map.put("hostname", lease.hostname());
    map.put("clientId", lease.clientId());
    map.put("state", lease.state().name().toLowerCase(Locale.ROOT));
    map.put("expires", expires(lease.expires()));
    map.put("device", device);
    return map;
  }

  /** The same with {@code key}, by which the client is found again. */
  static Map<String, @Nullable Object> toStored(Lease lease, String device) {
    Map<String, @Nullable Object> map = toMap(lease, device);
    map.put("key", Addresses.macToString(lease.key()));
    return map;
  }

  /** Whose lease it is; files of older versions, which served br0 alone, do not say so. */
  static String deviceOf(Map<String, ? extends @Nullable Object> map) {
    return map.get("device") instanceof String device ? device : "br0";
  }

  private static @Nullable String expires(long nanos) {
    return nanos == Long.MAX_VALUE
        ? null
        : Instant.ofEpochSecond(nanos / SECOND, nanos % SECOND).toString();
  }

  /**
   * Reads what {@link #toStored} made.
   *
   * @throws IllegalArgumentException where a member is missing or wrong
   */
  static Lease fromStored(Map<String, ? extends @Nullable Object> map) {
    IpAddress ip = IpAddress.parse(text(map, "ip"));
    if (!ip.isV4()) {
      throw new IllegalArgumentException("not an IPv4 address: " + ip);
    }
    Object end = map.get("expires");
    try {
      return new Lease(
          (int) ip.lo(),
          Addresses.parseMac(text(map, "key")),
          Addresses.parseMac(text(map, "mac")),
          text(map, "clientId"),
          text(map, "port"),
          text(map, "hostname"),
          Lease.State.valueOf(text(map, "state").toUpperCase(Locale.ROOT)),
          end == null ? Long.MAX_VALUE : nanos(Instant.parse(end.toString())));
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("expires: " + end, e);
    }
  }

  private static long nanos(Instant instant) {
    return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), SECOND), instant.getNano());
  }

  private static String text(Map<String, ? extends @Nullable Object> map, String key) {
    if (map.get(key) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(key + " is missing or no text");
  }
}
