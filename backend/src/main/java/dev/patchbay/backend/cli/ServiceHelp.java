package dev.patchbay.backend.cli;

import java.util.List;
import java.util.Map;

/** What {@code dhcp --help}, {@code ra --help} and {@code dns --help} print without a daemon. */
public final class ServiceHelp {
  private static final String COMMON =
      """
      Usage: %1$s show [[NETNS/]DEVICE] [-j]
             %1$s set [NETNS/]DEVICE on|off|KEY=VALUE…
        A key that is not given stays as it is, KEY= takes it back. What is set for a device
        begins when the device has an address that fits, and follows it.
      """;

  private static final Map<String, String> KEYS =
      Map.of(
          "dhcp",
          """
            range=FIRST-LAST       addresses to give (default: from the 15th on; all below /27)
            router=ADDRESS         option 3 (default: the device's own address)
            lease=SECONDS          1 to 4294967295, which is for ever (default 86400)
            dns=ADDRESS[,…]        option 6 (default: where DNS is served)
            option.N=VALUE[,…]     any other option by its number; hex:… writes its bytes
            host=MAC,ADDRESS[,NAME]  a client with an address of its own; again for each; a client
                                   identifier may stand for the MAC
            v6=off|stateless|stateful  DHCPv6 (default: stateful with range6, else off); the flags
                                   of router advertisements follow
            range6=FIRST-LAST      addresses to give, of a network of the device
            client=BOOL            no server: the device gets its own address by DHCP (alone)
            dns6=ADDRESS[,…] search=DOMAIN[,…]  options 23 and 24
          """,
          "ra",
          """
            prefix=NET/LEN[,…]     (default: the networks of the device's addresses of 64 bits)
            onlink=BOOL autonomous=BOOL  their flags (default true)
            valid=SECONDS preferred=SECONDS  their lifetimes (default 86400 and 14400)
            lifetime=SECONDS       of the router; 0: no default router (default 1800)
            preference=high|medium|low
            managed=BOOL other=BOOL  flags M and O
            dns=ADDRESS[,…] search=DOMAIN[,…]  resolvers and domains
            route=NET/LEN[,…]      networks behind this router (RFC 4191)
            mtu=BYTES hop-limit=N reachable=MS retrans=MS
            interval=SECONDS       the greatest time between two (4 to 1800, default 600)
          """,
          "dns",
          """
            address=ADDRESS[,…]    where to listen (default: all addresses of the device; of br0
                                   10.0.2.3 and fec0::3)
            upstream=ADDRESS[,…]   the resolvers to ask (default: those of the host)
          """);

  private ServiceHelp() {}

  /** Whether help is asked for. */
  static boolean isAsked(String word, List<String> args) {
    return KEYS.containsKey(word) && (args.contains("--help") || args.contains("-h"));
  }

  /** Complete lines. */
  static String text(String word) {
    return COMMON.formatted(word) + KEYS.getOrDefault(word, "");
  }
}
