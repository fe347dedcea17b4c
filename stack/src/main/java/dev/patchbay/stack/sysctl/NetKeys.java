package dev.patchbay.stack.sysctl;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.ConfChanges;
import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.tcp.TcpConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/**
 * The keys of a namespace as a whole, TCP's apart ({@code net_core_table}, {@code ipv4_net_table},
 * {@code ipv6_table_template}).
 */
final class NetKeys {
  private static final int PORTS = 1 << 16;

  /** {@code SOCK_MIN_RCVBUF}. */
  private static final int LEAST_RECEIVE = 2304;

  /** {@code SOCK_MIN_SNDBUF}. */
  private static final int LEAST_SEND = 4608;

  private final List<SysctlKey> keys = new ArrayList<>();
  private final NetworkStack stack;
  private final StackConf conf;

  private NetKeys(NetworkStack stack) {
    this.stack = stack;
    conf = stack.conf();
  }

  static List<SysctlKey> of(NetworkStack stack) {
    NetKeys all = new NetKeys(stack);
    all.core();
    all.bridge();
    all.ipv4();
    all.icmp4();
    all.ports();
    all.ipv6();
    return all.keys;
  }

  private void number(String path, int least, int greatest, IntSupplier get, IntConsumer set) {
    keys.add(SysctlKey.number("net/" + path, least, greatest, get, set));
  }

  private void flag(String path, Predicate<StackConf> get, BiConsumer<StackConf, Boolean> set) {
    keys.add(
        SysctlKey.flag("net/" + path, () -> get.test(conf) ? 1 : 0, v -> set.accept(conf, v != 0)));
  }

  /** {@code brnf_table}, of which only what rules of IP ask for. */
  private void bridge() {
    flag(
        "bridge/bridge-nf-call-ip6tables",
        c -> c.bridgeCallIp6tables,
        (c, v) -> c.bridgeCallIp6tables = v);
    flag(
        "bridge/bridge-nf-call-iptables",
        c -> c.bridgeCallIptables,
        (c, v) -> c.bridgeCallIptables = v);
    flag(
        "bridge/bridge-nf-filter-vlan-tagged",
        c -> c.bridgeFilterTagged,
        (c, v) -> c.bridgeFilterTagged = v);
  }

  /** The buffers of sockets are the initial namespace's, where alone Linux 6.1 has these keys. */
  private void core() {
    int max = Integer.MAX_VALUE;
    number("core/somaxconn", 0, max, () -> conf.maxBacklog, v -> conf.maxBacklog = v);
    if (!stack.equals(stack.namespaces().initial())) {
      return;
    }
    number(
        "core/rmem_default",
        LEAST_RECEIVE,
        max,
        () -> conf.receiveBufferDefault,
        v -> conf.receiveBufferDefault = v);
    number(
        "core/rmem_max",
        LEAST_RECEIVE,
        max,
        () -> conf.receiveBufferMax,
        v -> conf.receiveBufferMax = v);
    number(
        "core/wmem_default",
        LEAST_SEND,
        max,
        () -> conf.sendBufferDefault,
        v -> conf.sendBufferDefault = v);
    number("core/wmem_max", LEAST_SEND, max, () -> conf.sendBufferMax, v -> conf.sendBufferMax = v);
  }

  private void ipv4() {
    int max = Integer.MAX_VALUE;
    number(
        "ipv4/ip_forward",
        Integer.MIN_VALUE,
        max,
        () -> conf.all4().get(Ipv4Key.FORWARDING),
        v -> ConfChanges.all4(stack, Ipv4Key.FORWARDING, v));
    number("ipv4/ip_default_ttl", 1, 255, () -> conf.defaultTtl, v -> conf.defaultTtl = v);
    flag("ipv4/ip_nonlocal_bind", c -> c.nonlocalBind4, (c, on) -> c.nonlocalBind4 = on);
    number("ipv4/ipfrag_time", 0, max, () -> conf.fragmentTime4, v -> conf.fragmentTime4 = v);
    number("ipv4/route/min_pmtu", 68, max, () -> conf.minimumPathMtu, v -> conf.minimumPathMtu = v);
    number(
        "ipv4/route/mtu_expires", 0, max, () -> conf.pathMtuExpires, v -> conf.pathMtuExpires = v);
    hashPolicy("ipv4/", stack.routes4());
  }

  /** 2 and 3, by inner headers and chosen fields, are not there. */
  private void hashPolicy(String family, Fib routes) {
    number(
        family + "fib_multipath_hash_policy",
        0,
        Fib.HashPolicy.values().length - 1,
        () -> routes.hashPolicy().ordinal(),
        v -> routes.hashPolicy(Fib.HashPolicy.values()[v]));
  }

  private void icmp4() {
    int max = Integer.MAX_VALUE;
    flag("ipv4/icmp_echo_ignore_all", c -> c.echoIgnoreAll, (c, on) -> c.echoIgnoreAll = on);
    flag(
        "ipv4/icmp_echo_ignore_broadcasts",
        c -> c.echoIgnoreBroadcasts,
        (c, on) -> c.echoIgnoreBroadcasts = on);
    flag(
        "ipv4/icmp_errors_use_inbound_ifaddr",
        c -> c.errorsUseInboundAddress,
        (c, on) -> c.errorsUseInboundAddress = on);
    number("ipv4/icmp_ratelimit", 0, max, () -> conf.rateLimit4, v -> conf.rateLimit4 = v);
    number(
        "ipv4/icmp_ratemask",
        Integer.MIN_VALUE,
        max,
        () -> conf.rateMask4,
        v -> conf.rateMask4 = v);
  }

  private void ports() {
    keys.add(
        new SysctlKey(
            "net/ipv4/ip_local_port_range",
            () -> conf.portMin + "\t" + conf.portMax,
            value -> range(SysctlKey.numbers(value, 2, 1, PORTS - 1))));
    keys.add(
        new SysctlKey(
            "net/ipv4/ip_local_reserved_ports",
            () -> PortList.text(conf.reservedPorts),
            value -> PortList.set(conf.reservedPorts, value, PORTS)));
  }

  private void range(int[] ends) throws SysctlException {
    if (ends[1] < ends[0]) {
      throw new SysctlException(Errno.EINVAL);
    }
    conf.portMin = ends[0];
    conf.portMax = ends[1];
    TcpConfig tcp = stack.tcpConfig();
    tcp.portMin = ends[0];
    tcp.portMax = ends[1];
  }

  private void ipv6() {
    int max = Integer.MAX_VALUE;
    flag("ipv6/bindv6only", c -> c.bindV6Only, (c, on) -> c.bindV6Only = on);
    flag("ipv6/ip_nonlocal_bind", c -> c.nonlocalBind6, (c, on) -> c.nonlocalBind6 = on);
    number("ipv6/ip6frag_time", 0, max, () -> conf.fragmentTime6, v -> conf.fragmentTime6 = v);
    hashPolicy("ipv6/", stack.routes6());
    flag("ipv6/icmp/echo_ignore_all", c -> c.echoIgnoreAll6, (c, on) -> c.echoIgnoreAll6 = on);
    flag(
        "ipv6/icmp/echo_ignore_multicast",
        c -> c.echoIgnoreMulticast6,
        (c, on) -> c.echoIgnoreMulticast6 = on);
    number("ipv6/icmp/ratelimit", 0, max, () -> conf.rateLimit6, v -> conf.rateLimit6 = v);
    keys.add(
        new SysctlKey(
            "net/ipv6/icmp/ratemask",
            () -> PortList.text(conf.rateMask6),
            value -> PortList.set(conf.rateMask6, value, 256)));
  }
}
