package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Multipath;
import dev.patchbay.stack.route.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code nexthop via ADDRESS dev NAME weight NUMBER onlink}, once or often ({@code
 * parse_nexthops}).
 */
final class NexthopWords {
  private static final int MOST = 256;
  private static final Set<String> OTHERS = Set.of("realms", "encap", "as");

  /**
   * One of them.
   *
   * @param weight 1 to 256
   */
  record Hop(@Nullable IpAddress gateway, @Nullable NetDevice device, int weight, boolean onlink) {
    /** Whether a route leads there, as far as it was said. */
    boolean isVia(Route route) {
      return gateway == null || gateway.equals(route.gateway());
    }
  }

  private final NetworkStack stack;
  private final int family;

  /**
   * @param family of the route, 0 where it is not known
   */
  NexthopWords(NetworkStack stack, int family) {
    this.stack = stack;
    this.family = family;
  }

  /** Reads the rest of a command, behind its first {@code nexthop}. */
  List<Hop> parse(Words rest) throws RefusedException {
    List<Hop> hops = new ArrayList<>();
    do {
      if (!rest.hasNext()) {
        throw wrong("Error: unexpected end of line after \"nexthop\"");
      }
      hops.add(one(rest));
    } while (rest.take("nexthop"));
    if (rest.hasNext()) {
      throw wrong(
          "Error: \"nexthop\" or end of line is expected instead of \"" + rest.next() + "\"");
    }
    return hops;
  }

  private static RefusedException wrong(String message) {
    return new RefusedException(RefusedException.SYNTAX, message);
  }

  private Hop one(Words rest) throws RefusedException {
    IpAddress gateway = null;
    NetDevice device = null;
    int weight = 1;
    boolean onlink = false;
    while (rest.hasNext()) {
      if (rest.take("via")) {
        IpAddress via = AddressWord.address(rest.next(), family);
        gateway = gateway == null ? via : gateway;
      } else if (rest.take("dev")) {
        device = device(rest.next());
      } else if (rest.take("weight")) {
        weight = weight(rest.next());
      } else if (rest.take("onlink")) {
        onlink = true;
      } else if (OTHERS.contains(String.valueOf(rest.peek()))) {
        throw RefusedException.unsupported("ip route nexthop " + rest.next());
      } else {
        break;
      }
    }
    return new Hop(gateway, device, weight, onlink);
  }

  private NetDevice device(String name) throws RefusedException {
    NetDevice found = stack.device(name);
    if (found == null) {
      throw wrong("Cannot find device \"" + name + "\"\nError: cannot parse nexthop");
    }
    return found;
  }

  private static int weight(String word) throws RefusedException {
    long number = Numbers.unsigned(word, MOST);
    if (number < 1) {
      throw RefusedException.wrong(word, "\"weight\" is invalid\n");
    }
    return (int) number;
  }

  /** The family of a route, which its next hops may be the first to tell. */
  static int familyOf(List<Hop> hops, int known) {
    for (Hop hop : hops) {
      if (known == 0 && hop.gateway != null) {
        return hop.gateway.isV4() ? 4 : 6;
      }
    }
    return known;
  }

  /** The route with these next hops. */
  static Route add(Route route, List<Hop> hops) {
    if (hops.isEmpty()) {
      return route;
    }
    List<Multipath.Hop> ways = new ArrayList<>();
    for (Hop hop : hops) {
      Route way = route.withHop(hop.gateway, hop.device, hop.onlink);
      ways.add(new Multipath.Hop(way, hop.weight));
    }
    return route.by(ways);
  }

  /**
   * Whether a route of IPv4 is the one with these next hops ({@code fib_nh_match}). A weight above
   * 1 is compared as the kernel has it on its wire, one less.
   */
  static boolean mean(List<Hop> hops, Route route) {
    List<Multipath.Hop> ways = route.allHops();
    if (!hops.isEmpty() && hops.size() != ways.size()) {
      return false;
    }
    for (int i = 0; i < hops.size(); i++) {
      Hop hop = hops.get(i);
      Multipath.Hop way = ways.get(i);
      boolean same =
          (hop.device == null || hop.device.equals(way.way().device()))
              && hop.isVia(way.way())
              && (hop.weight == 1 || hop.weight - 1 == way.weight());
      if (!same) {
        return false;
      }
    }
    return true;
  }
}
