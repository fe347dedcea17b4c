package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.wire.Addresses;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code ip neighbour show}; entries in the order of their addresses, IPv4 first. */
final class NeighbourShow {
  private static final List<String> OTHERS = List.of("nud", "proxy", "master", "vrf", "nomaster");

  private final NetworkStack stack;
  private final IpOptions options;
  private @Nullable NetDevice device;
  private @Nullable IpAddress destination;

  NeighbourShow(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String run(List<String> words) throws RefusedException {
    if (options.statistics()) {
      throw RefusedException.unsupported("ip -statistics neigh show");
    }
    parse(words);
    return options.print(entries(), this::json, options.brief() ? this::brief : this::text);
  }

  private void parse(List<String> words) throws RefusedException {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("dev")) {
        device = DeviceFilter.outgoing(stack, DeviceFilter.following(words, ++i));
      } else if (OTHERS.contains(word)) {
        throw RefusedException.unsupported("ip neigh show " + word);
      } else {
        String text = word.equals("to") ? DeviceFilter.following(words, ++i) : word;
        try {
          destination = IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
          throw RefusedException.noPrefix(text);
        }
      }
    }
  }

  private static IpAddress address(Neighbour neighbour) {
    return new IpAddress(neighbour.hi(), neighbour.lo());
  }

  private List<Neighbour> entries() {
    return stack.neighbours().entries().stream()
        .filter(n -> device == null || device.equals(n.device()))
        .filter(n -> destination == null || destination.equals(address(n)))
        .filter(n -> options.wants(address(n).isV4() ? 4 : 6))
        .sorted(
            Comparator.comparing((Neighbour n) -> !address(n).isV4())
                .thenComparing(NeighbourShow::address)
                .thenComparingInt(n -> n.device().index()))
        .toList();
  }

  private Map<String, @Nullable Object> json(Neighbour neighbour) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("dst", address(neighbour).toString());
    if (device == null) {
      map.put("dev", neighbour.device().name());
    }
    if (neighbour.mac() != 0) {
      map.put("lladdr", Addresses.macToString(neighbour.mac()));
    }
    if (options.brief()) {
      return map;
    }
    if (neighbour.isRouter()) {
      map.put("router", null);
    }
    map.put("state", List.of(neighbour.state().toString()));
    return map;
  }

  private String text(Neighbour neighbour) {
    StringBuilder line = new StringBuilder(address(neighbour).toString()).append(' ');
    if (device == null) {
      line.append("dev ").append(neighbour.device().name()).append(' ');
    }
    if (neighbour.mac() != 0) {
      line.append("lladdr ").append(Addresses.macToString(neighbour.mac())).append(' ');
    }
    line.append(neighbour.isRouter() ? "router " : "");
    return line.append(neighbour.state()).append(" \n").toString();
  }

  private String brief(Neighbour neighbour) {
    String dev = device == null ? String.format("%-16s ", neighbour.device().name()) : "";
    String mac = neighbour.mac() == 0 ? "" : Addresses.macToString(neighbour.mac());
    return String.format("%-39s %s%s\n", address(neighbour), dev, mac);
  }
}
