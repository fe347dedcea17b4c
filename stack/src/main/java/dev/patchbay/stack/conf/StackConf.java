package dev.patchbay.stack.conf;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.UplinkDevice;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator sets of a namespace, and how that of {@code all} and of a device act
 * together ({@code struct netns_ipv4}, {@code IN_DEV_CONF_GET} and its like). The plain fields are
 * read where they act; their names of Linux stand with them. Of the loop's thread.
 */
public final class StackConf {
  private static final int SECOND = 1000;

  private static final int BUFFER = 212_992;

  /** {@code icmp_ratemask}: unreachable, quench, time exceeded, parameter problem. */
  private static final int RATE_MASK = 0x1818;

  private final DeviceConf<Ipv4Key> all4 = DeviceConf.initialAll(Ipv4Key.class);
  private final DeviceConf<Ipv4Key> default4 = DeviceConf.initial(Ipv4Key.class);
  private final DeviceConf<Ipv6Key> all6 = DeviceConf.initialAll(Ipv6Key.class);
  private final DeviceConf<Ipv6Key> default6 = DeviceConf.initial(Ipv6Key.class);

  /** {@code net.ipv4.ip_default_ttl}, 1 to 255. */
  public int defaultTtl = 64;

  /** {@code net.ipv4.icmp_echo_ignore_all}. */
  public boolean echoIgnoreAll;

  /** {@code net.ipv4.icmp_echo_ignore_broadcasts}: also timestamp requests. */
  public boolean echoIgnoreBroadcasts = true;

  /** {@code net.ipv4.icmp_errors_use_inbound_ifaddr}. */
  public boolean errorsUseInboundAddress;

  /** {@code net.ipv4.icmp_ratelimit}: ms between two errors to one host, 0 for no limit. */
  public int rateLimit4 = SECOND;

  /** {@code net.ipv4.icmp_ratemask}: the types that are limited, a bit each. */
  public int rateMask4 = RATE_MASK;

  /** {@code net.ipv6.icmp.echo_ignore_all}. */
  public boolean echoIgnoreAll6;

  /** {@code net.ipv6.icmp.echo_ignore_multicast}. */
  public boolean echoIgnoreMulticast6;

  /** {@code net.ipv6.icmp.ratelimit}: ms between two messages to one host, 0 for no limit. */
  public int rateLimit6 = SECOND;

  /** {@code net.ipv6.icmp.ratemask}: the types that are limited; all errors but "too big". */
  public final BitSet rateMask6 = new BitSet();

  /** {@code net.ipv4.ip_nonlocal_bind}. */
  public boolean nonlocalBind4;

  /** {@code net.ipv6.ip_nonlocal_bind}. */
  public boolean nonlocalBind6;

  /** {@code net.ipv6.bindv6only}: what IPV6_V6ONLY is of new sockets. */
  public boolean bindV6Only;

  /** {@code net.ipv4.ipfrag_time}, seconds. */
  public int fragmentTime4 = 30;

  /** {@code bridge-nf-call-iptables}: whether rules see bridged frames of IPv4. */
  public boolean bridgeCallIptables = true;

  /** {@code bridge-nf-call-ip6tables}: the same of IPv6. */
  public boolean bridgeCallIp6tables = true;

  /** {@code bridge-nf-filter-vlan-tagged}: whether they see those behind tags; off on Linux. */
  public boolean bridgeFilterTagged = true;

  /** {@code net.ipv6.ip6frag_time}, seconds (RFC 8200 section 4.5). */
  public int fragmentTime6 = 60;

  /** {@code net.ipv4.route.min_pmtu}, bytes. */
  public int minimumPathMtu = 552;

  /** {@code net.ipv4.route.mtu_expires}, seconds. */
  public int pathMtuExpires = 600;

  /** {@code net.core.somaxconn}: the longest backlog. */
  public int maxBacklog = 4096;

  /** {@code net.core.rmem_default}, bytes; of the initial namespace for all. */
  public int receiveBufferDefault = BUFFER;

  /** {@code net.core.rmem_max}, bytes; of the initial namespace for all. */
  public int receiveBufferMax = BUFFER;

  /** {@code net.core.wmem_default}, bytes; of the initial namespace for all. */
  public int sendBufferDefault = BUFFER;

  /** {@code net.core.wmem_max}, bytes; of the initial namespace for all. */
  public int sendBufferMax = BUFFER;

  /** {@code net.ipv4.ip_local_port_range}: the least port that is chosen for a socket. */
  public int portMin = 32768;

  /** The greatest one. */
  public int portMax = 60999;

  /** {@code net.ipv4.ip_local_reserved_ports}: those that are chosen for none. */
  public final BitSet reservedPorts = new BitSet();

  /** Linux's defaults: a host's. */
  public StackConf() {
    rateMask6.set(0, 128);
    rateMask6.clear(2);
  }

  /** {@code net.ipv4.conf.all}. */
  public DeviceConf<Ipv4Key> all4() {
    return all4;
  }

  /** {@code net.ipv4.conf.default}. */
  public DeviceConf<Ipv4Key> default4() {
    return default4;
  }

  /** {@code net.ipv6.conf.all}. */
  public DeviceConf<Ipv6Key> all6() {
    return all6;
  }

  /** {@code net.ipv6.conf.default}. */
  public DeviceConf<Ipv6Key> default6() {
    return default6;
  }

  /** A namespace is made beside another one: it has that one's values of IPv4, as on Linux 6.1. */
  public void inherit(StackConf initial) {
    all4.inherit(initial.all4);
    default4.inherit(initial.default4);
  }

  /** A device has come into the namespace: it has the values of {@code default}. */
  public void deviceAdded(NetDevice device) {
    device.conf4().inherit(default4);
    device.conf6().inherit(default6);
    if (device.attributes().noArp || device.kind() == NetDevice.Kind.LOOPBACK) {
      device.conf6().set(Ipv6Key.ACCEPT_DAD, -1); // ipv6_add_dev: nobody is asked there
    }
    if (device instanceof UplinkDevice) {
      // what we send to our own addresses by it comes back from its far side
      ConfChanges.device4(device, Ipv4Key.ACCEPT_LOCAL, 1);
    }
  }

  /** The greater of both ({@code IN_DEV_MAXCONF}). */
  public int greater(NetDevice device, Ipv4Key key) {
    return Math.max(all4.get(key), device.conf4().get(key));
  }

  /** Whether one of both says so ({@code IN_DEV_ORCONF}). */
  public boolean either(NetDevice device, Ipv4Key key) {
    return all4.is(key) || device.conf4().is(key);
  }

  /** The same of IPv6. */
  public boolean either(NetDevice device, Ipv6Key key) {
    return all6.is(key) || device.conf6().is(key);
  }

  /** Whether packets of IPv4 that came by a device are sent on; what none brought is ours. */
  public static boolean forwards4(@Nullable NetDevice device) {
    return device == null || device.conf4().is(Ipv4Key.FORWARDING);
  }

  /** The same of IPv6. */
  public static boolean forwards6(@Nullable NetDevice device) {
    return device == null || device.conf6().is(Ipv6Key.FORWARDING);
  }

  /** Whether advertisements of routers are taken ({@code ipv6_accept_ra}). */
  public static boolean takesAdvertisements(NetDevice device) {
    int wanted = device.conf6().get(Ipv6Key.ACCEPT_RA);
    return device.conf6().is(Ipv6Key.FORWARDING) ? wanted == 2 : wanted != 0;
  }

  /** Whether redirects are taken ({@code IN_DEV_RX_REDIRECTS}). */
  public boolean takesRedirects(NetDevice device) {
    boolean router = device.conf4().is(Ipv4Key.FORWARDING);
    boolean all = all4.is(Ipv4Key.ACCEPT_REDIRECTS);
    boolean own = device.conf4().is(Ipv4Key.ACCEPT_REDIRECTS);
    return router ? all && own : all || own;
  }

  /** Whether new addresses of IPv6 are asked about ({@code addrconf_dad_begin}). */
  public boolean detectsDuplicates(NetDevice device) {
    return all6.get(Ipv6Key.ACCEPT_DAD) > 0 || device.conf6().get(Ipv6Key.ACCEPT_DAD) > 0;
  }
}
