package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.neighbour.ProxyTable;
import dev.patchbay.stack.wire.Addresses;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Neighbours as {@code print_neigh} of iproute2 prints them, as text and as JSON. */
final class NeighbourPrinter {
  private static final long SECOND = 1_000_000_000L;

  private final NetworkStack stack;
  private final IpOptions options;

  /** Whether the device is said, which it is not where one was named. */
  private final boolean withDevice;

  /** Whether one entry was asked for, which holds it. */
  private final boolean got;

  NeighbourPrinter(NetworkStack stack, IpOptions options, boolean withDevice, boolean got) {
    this.stack = stack;
    this.options = options;
    this.withDevice = withDevice;
    this.got = got;
  }

  static IpAddress address(Neighbour neighbour) {
    return new IpAddress(neighbour.hi(), neighbour.lo());
  }

  Map<String, @Nullable Object> json(Neighbour neighbour) {
    Map<String, @Nullable Object> map = head(address(neighbour), neighbour.device());
    Neighbour.State state = neighbour.state();
    if (state.isValid()) {
      map.put("lladdr", Addresses.macToString(neighbour.mac()));
    }
    if (options.brief()) {
      return map;
    }
    if (neighbour.isRouter()) {
      map.put("router", null);
    }
    if (options.statistics()) {
      statistics(neighbour, map);
    }
    if (state != Neighbour.State.NONE) {
      map.put("state", List.of(state.name()));
    }
    if (neighbour.protocol() != null) {
      map.put("protocol", neighbour.protocol());
    }
    return map;
  }

  Map<String, @Nullable Object> json(ProxyTable.Entry entry) {
    Map<String, @Nullable Object> map = head(new IpAddress(entry.hi(), entry.lo()), entry.device());
    if (options.brief()) {
      return map;
    }
    if (entry.router()) {
      map.put("router", null);
    }
    map.put("proxy", null);
    if (entry.protocol() != null) {
      map.put("protocol", entry.protocol());
    }
    return map;
  }

  private Map<String, @Nullable Object> head(IpAddress address, @Nullable NetDevice device) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("dst", address.toString());
    if (withDevice && device != null) {
      map.put("dev", device.name());
    }
    return map;
  }

  private void statistics(Neighbour neighbour, Map<String, @Nullable Object> map) {
    int references = (got ? 1 : 0) + (neighbour.isTimed() ? 1 : 0);
    if (references > 0) {
      map.put("refcnt", references);
    }
    long now = stack.loop().now();
    map.put("used", (now - neighbour.used()) / SECOND);
    map.put("confirmed", (now - neighbour.confirmed()) / SECOND);
    map.put("updated", (now - neighbour.updated()) / SECOND);
    map.put("probes", neighbour.probes());
  }

  String text(Neighbour neighbour) {
    return line(json(neighbour));
  }

  String text(ProxyTable.Entry entry) {
    return line(json(entry));
  }

  private String line(Map<String, @Nullable Object> map) {
    if (options.brief()) {
      String dev = withDevice ? String.format("%-16s ", map.getOrDefault("dev", "")) : "";
      return String.format("%-39s %s%s\n", map.get("dst"), dev, map.getOrDefault("lladdr", ""));
    }
    StringBuilder line = new StringBuilder();
    map.forEach((name, value) -> {
      switch (name) {
        case "dst" -> line.append(value).append(' ');
        case "router", "proxy" -> line.append(name).append(' ');
        case "refcnt" -> line.append(" ref ").append(value);
        case "used" -> line.append(" used ").append(value);
        case "confirmed", "updated" -> line.append('/').append(value);
        case "state" -> map.forEach((key, all) -> states(line, key, all));
        case "protocol" -> line.append("proto ").append(value).append(' ');
        default -> line.append(name).append(' ').append(value).append(' ');
      }
    });
    return line.append('\n').toString();
  }

  private static void states(StringBuilder line, String key, @Nullable Object value) {
    if (key.equals("state") && value instanceof List<?> names) {
      names.forEach(name -> line.append(name).append(' '));
    }
  }
}
