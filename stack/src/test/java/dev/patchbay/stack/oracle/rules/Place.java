package dev.patchbay.stack.oracle.rules;

import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Where everything is: a router with the ports p0, p1 and p2, behind each a link with two hosts and
 * what lies behind them. Networks are 10.0.N.0/24 and fd00:N::/64 with N from 1 on, the router is
 * .1, the hosts are .10 and .11.
 */
public final class Place {
  /** Ports of the router. */
  public static final int PORTS = 3;

  /**
   * A network of which nobody tells, so that packets to it are answered with an error. There is
   * none of IPv4: Linux limits such errors, which nobody can set for a namespace ({@code
   * ip_error}).
   */
  static final String NOWHERE6 = "2001:db8:dead::1";

  /**
   * Somebody who sends.
   *
   * @param port of the router, behind which it is
   * @param mac of the host on that link by which it is reached
   */
  record Host(int port, long mac, IpAddress ip) {}

  /** All of IPv4, then all of IPv6. */
  static final List<Host> HOSTS = hosts();

  private Place() {}

  private static List<Host> hosts() {
    List<Host> all = new ArrayList<>();
    for (int port = 0; port < PORTS; port++) {
      for (int n = 10; n < 12; n++) {
        all.add(host(port, n, "10.0." + (port + 1) + "." + n));
      }
    }
    all.add(host(1, 11, "198.51.100.7"));
    all.add(host(2, 10, "203.0.113.5"));
    for (int port = 0; port < PORTS; port++) {
      for (int n = 10; n < 12; n++) {
        all.add(host(port, n, "fd00:" + (port + 1) + "::" + n));
      }
    }
    all.add(host(1, 11, "2001:db8:1::7"));
    all.add(host(2, 10, "2001:db8:2::5"));
    return all;
  }

  private static Host host(int port, int n, String ip) {
    return new Host(port, 0x0200_0000_0000L | (port + 1) << 8 | n, IpAddress.parse(ip));
  }

  /** The hosts of a family. */
  static List<Host> hosts(boolean v4) {
    return HOSTS.stream().filter(host -> host.ip().isV4() == v4).toList();
  }

  /** MAC of a port. */
  public static long mac(int port) {
    return 0x0200_0000_a000L | port;
  }

  /** The router's address on a port's link. */
  public static IpAddress router(int port, boolean v4) {
    return IpAddress.parse(v4 ? "10.0." + (port + 1) + ".1" : "fd00:" + (port + 1) + "::1");
  }

  /** All addresses of the router. */
  static List<IpAddress> routers() {
    List<IpAddress> all = new ArrayList<>();
    for (int port = 0; port < PORTS; port++) {
      all.add(router(port, true));
      all.add(router(port, false));
    }
    return all;
  }

  /** The words of {@code ip}, line by line without that word, that make the router. */
  public static List<String> words() {
    List<String> all = new ArrayList<>();
    for (int port = 0; port < PORTS; port++) {
      String dev = " dev p" + port;
      all.add("link set p" + port + " mtu " + (port == 1 ? 1400 : 1500));
      all.add("addr add " + router(port, true) + "/24 brd +" + dev);
      all.add("addr add " + router(port, false) + "/64" + dev + " nodad");
      all.add("link set p" + port + " up");
    }
    for (Host host : HOSTS) {
      String ip = host.ip().toString();
      if (ip.startsWith("10.") || ip.startsWith("fd00:")) {
        String mac =
            String.format("02:00:00:00:%02x:%02x", host.mac() >> 8 & 255, host.mac() & 255);
        all.add("neigh replace " + ip + " lladdr " + mac + " nud permanent dev p" + host.port());
      }
    }
    for (int port = 0; port < PORTS; port++) {
      // to whom NETMAP leads what is for those of other networks
      String to =
          String.format(" lladdr 02:00:00:00:%02x:0a nud permanent dev p%d", port + 1, port);
      for (int n = 5; n < 8; n += 2) {
        all.add("neigh replace 10.0." + (port + 1) + "." + n + to);
        all.add("neigh replace fd00:" + (port + 1) + "::" + n + to);
      }
    }
    all.add("route add 198.51.100.0/24 via 10.0.2.11");
    all.add("route add 203.0.113.0/24 via 10.0.3.10");
    all.add("route add 2001:db8:1::/48 via fd00:2::11");
    all.add("route add 2001:db8:2::/48 via fd00:3::10");
    for (int port = 0; port < PORTS; port++) {
      // without one there are no redirects of IPv6, which are limited by time and not switched off
      all.add("addr del fe80::ff:fe00:a00" + port + "/64 dev p" + port);
    }
    // marks that rules set choose the way
    all.add("rule add fwmark 1 table 101");
    all.add("rule add fwmark 2/2 table 102");
    all.add("route add default via 10.0.3.11 table 101");
    all.add("route add default via 10.0.2.10 table 102");
    all.add("-6 rule add fwmark 1 table 101");
    all.add("-6 rule add fwmark 2/2 table 102");
    all.add("-6 route add default via fd00:3::11 table 101");
    all.add("-6 route add default via fd00:2::10 table 102");
    return all;
  }

  /** Keys of {@code sysctl} that both sides have. */
  public static List<String> settings() {
    return List.of(
        "net.ipv4.ip_forward=1",
        "net.ipv6.conf.all.forwarding=1",
        "net.ipv4.icmp_ratelimit=0",
        "net.ipv4.icmp_ratemask=0",
        "net.ipv6.icmp.ratemask=2",
        "net.ipv6.icmp.ratelimit=0",
        "net.ipv4.conf.all.send_redirects=0",
        "net.ipv4.conf.all.rp_filter=0",
        "net.ipv4.conf.p0.send_redirects=0",
        "net.ipv4.conf.p1.send_redirects=0",
        "net.ipv4.conf.p2.send_redirects=0",
        "net.ipv4.conf.p0.rp_filter=0",
        "net.ipv4.conf.p1.rp_filter=0",
        "net.ipv4.conf.p2.rp_filter=0");
  }
}
