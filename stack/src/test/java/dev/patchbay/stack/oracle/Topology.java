package dev.patchbay.stack.oracle;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is built on both sides, and who is around it.
 *
 * @param name also of its recording
 * @param words commands as {@code ip …}, in order; those that begin with {@code "@ "} are for Linux
 *     alone, which has switches that ours has not
 * @param stations who sends
 * @param targets addresses that packets go to besides those of the stations and routers
 * @param either ports of which one or the other is taken by a hash that each side keys for itself;
 *     empty where there are none
 */
record Topology(
    String name,
    List<String> words,
    List<Station> stations,
    List<IpAddress> targets,
    List<Integer> either) {

  /**
   * A host on the cable of a port.
   *
   * @param port whose cable
   * @param tags of its frames, the outer one first: EtherType in the high half, TCI in the low one
   * @param mac its own
   * @param addresses its own, at most one of a family
   * @param gateway the MAC that its packets go to
   * @param routers the router's addresses as it sees them
   */
  record Station(
      int port,
      List<Integer> tags,
      long mac,
      List<IpAddress> addresses,
      long gateway,
      List<IpAddress> routers) {}

  /** All addresses that are the router's. */
  List<IpAddress> own() {
    List<IpAddress> all = new ArrayList<>();
    for (Station station : stations) {
      all.addAll(station.routers());
    }
    return all;
  }

  /** Those commands that both run. */
  List<String> common() {
    return words.stream().filter(word -> !word.startsWith("@ ")).toList();
  }

  /** Puts one together line by line. */
  static final class Builder {
    private final String name;
    private final List<String> words = new ArrayList<>();
    private final List<Station> stations = new ArrayList<>();
    private final List<IpAddress> targets = new ArrayList<>();
    private final Set<String> known = new HashSet<>();
    private List<Integer> either = List.of();

    Builder(String name) {
      this.name = name;
    }

    /** Commands, one a line. */
    Builder run(String lines) {
      lines.lines().filter(line -> !line.isBlank()).map(String::strip).forEach(words::add);
      return this;
    }

    /** A device goes up with an address of each family, {@code 10.0.N.1/24}, {@code fd00:N::1}. */
    Builder link(String device, int net) {
      return run(
          """
          ip link set %s up
          ip addr add 10.0.%d.1/24 dev %s
          ip addr add fd00:%d::1/64 dev %s nodad
          """
              .formatted(device, net, device, net, device));
    }

    /** As {@link #host(int, String, int, int)} where the router is that of a namespace. */
    Builder far(int port, String device, int net, int number, String netns, long gateway) {
      int from = words.size();
      host(port, device, net, number, gateway);
      words
          .subList(from, words.size())
          .replaceAll(w -> w.replaceFirst("^ip ", "ip -n " + netns + " "));
      return this;
    }

    /** As {@link #host(int, String, int, int, long, Integer...)} behind the port's own address. */
    Builder host(int port, String device, int net, int number) {
      return host(port, device, net, number, Router.mac(port));
    }

    /**
     * A host of a network, {@code 10.0.NET.NUMBER}, {@code fd00:NET::NUMBER}, on the cable of a
     * port, which the router knows by a device.
     */
    Builder host(int port, String device, int net, int number, long gateway, Integer... tags) {
      long mac = 0x0200_0000_0200L | net << 16 | number;
      List<IpAddress> own =
          List.of(
              IpAddress.parse("10.0." + net + "." + number),
              IpAddress.parse("fd00:" + net + "::" + Integer.toHexString(number)));
      for (IpAddress address : own) {
        run(
            "ip neigh add %s lladdr %s nud permanent dev %s"
                .formatted(address, Addresses.macToString(mac), device));
      }
      if (known.add(device)) {
        // who answers at a link-local address from which packets come
        run(
            "ip neigh add fe80::1234 lladdr %s nud permanent dev %s"
                .formatted(Addresses.macToString(mac), device));
      }
      List<IpAddress> routers =
          List.of(IpAddress.parse("10.0." + net + ".1"), IpAddress.parse("fd00:" + net + "::1"));
      stations.add(new Station(port, List.of(tags), mac, own, gateway, routers));
      return this;
    }

    /** Addresses beyond the links, or none at all. */
    Builder targets(String... addresses) {
      for (String address : addresses) {
        targets.add(IpAddress.parse(address));
      }
      return this;
    }

    Builder either(Integer... ports) {
      either = List.of(ports);
      return this;
    }

    Topology build() {
      return new Topology(
          name, List.copyOf(words), List.copyOf(stations), List.copyOf(targets), either);
    }
  }
}
