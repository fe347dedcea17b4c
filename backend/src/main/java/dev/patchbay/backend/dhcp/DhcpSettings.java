package dev.patchbay.backend.dhcp;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DhcpConfig;
import dev.patchbay.backend.config.DhcpOption;
import dev.patchbay.backend.config.IpLiterals;
import dev.patchbay.backend.config.Source;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a server gives away. Addresses are ints, first byte in the high bits.
 *
 * @param server its own address
 * @param prefix length of the subnet's prefix, 1 to 30
 * @param first lowest address of the pool
 * @param last highest address of the pool
 * @param own addresses that nobody gets: the appliance's
 * @param router option 3
 * @param dns option 6
 * @param leaseSeconds time of a lease; 0xffffffff is for ever
 * @param mtu the link's MTU in bytes, told where it is not 1500
 * @param options further options by number
 * @param hosts reservations
 */
public record DhcpSettings(
    int server,
    int prefix,
    int first,
    int last,
    Set<Integer> own,
    int router,
    List<Integer> dns,
    long leaseSeconds,
    IntSupplier mtu,
    Map<Integer, byte[]> options,
    List<Host> hosts) {
  /** Time of a lease in seconds where nothing is configured. */
  public static final long DEFAULT_LEASE = 86_400;

  /** 10.0.2.2 */
  private static final int GATEWAY = 0x0a000202;

  /** 10.0.2.3 */
  private static final int DNS = 0x0a000203;

  /** Takes copies. */
  public DhcpSettings {
    own = Set.copyOf(own);
    dns = List.copyOf(dns);
    options = Map.copyOf(options);
    hosts = List.copyOf(hosts);
  }

  /**
   * A client with an address of its own.
   *
   * @param mac its MAC or its attachment's, 0: any
   * @param clientId option 61 in hexadecimal digits, empty: any
   * @param ip its address
   * @param hostname option 12, or empty
   */
  public record Host(long mac, String clientId, int ip, String hostname) {
    boolean is(long key, long hardware, String id) {
      boolean macFits = mac == 0 || mac == key || mac == hardware;
      return macFits && (clientId.isEmpty() || clientId.equals(id));
    }
  }

  /** What {@code br0} gives where nothing is configured: 10.0.2.15 to 10.0.2.254. */
  public static DhcpSettings defaults(IntSupplier mtu) {
    return new DhcpSettings(
        GATEWAY,
        24,
        GATEWAY + 13,
        GATEWAY + 252,
        Set.of(GATEWAY, DNS),
        GATEWAY,
        List.of(DNS),
        DEFAULT_LEASE,
        mtu,
        Map.of(),
        List.of());
  }

  /**
   * The subnet of a device.
   *
   * @param server the device's own address in it
   * @param prefix its length, 1 to 30
   * @param own all IPv4 addresses of the device
   * @param dns resolvers that a client is told of where nothing is configured, may be empty
   */
  public record Subnet(int server, int prefix, Set<Integer> own, List<Integer> dns) {
    /** Takes copies. */
    public Subnet {
      own = Set.copyOf(own);
      dns = List.copyOf(dns);
    }

    /** Whether an address lies in it. */
    public boolean contains(Inet4Address address) {
      return (toInt(address) ^ server) >>> 32 - prefix == 0;
    }
  }

  /** From the 15th address on, as QEMU does it, or from the first where the subnet is small. */
  private static DhcpSettings defaults(Subnet subnet, IntSupplier mtu) {
    int size = 1 << 32 - subnet.prefix;
    int network = subnet.server & -size;
    return new DhcpSettings(
        subnet.server,
        subnet.prefix,
        network + (subnet.prefix <= 27 ? 15 : 1),
        network + size - 2,
        subnet.own,
        subnet.server,
        subnet.dns,
        DEFAULT_LEASE,
        mtu,
        Map.of(),
        List.of());
  }

  /**
   * The defaults of a subnet with what the configuration says.
   *
   * @throws ConfigException where an address does not lie in the subnet, or is the appliance's
   */
  public static DhcpSettings of(DhcpConfig config, Subnet subnet, IntSupplier mtu)
      throws ConfigException {
    DhcpSettings d = defaults(subnet, mtu);
    int first = d.first;
    int last = d.last;
    DhcpConfig.Range range = config.range();
    if (range != null) {
      first = d.inSubnet(range.first(), "range", range.source());
      last = d.inSubnet(range.last(), "range", range.source());
    }
    List<Integer> dns = new ArrayList<>();
    config.dns().forEach(a -> dns.add(toInt(a)));
    Map<Integer, byte[]> options = new TreeMap<>();
    for (DhcpOption option : config.options().values()) {
      options.put(option.number(), option.value());
    }
    List<Host> hosts = new ArrayList<>();
    for (DhcpConfig.Host host : config.hosts()) {
      hosts.add(d.host(host));
    }
    Inet4Address router = config.router();
    return new DhcpSettings(
        d.server,
        d.prefix,
        first,
        last,
        d.own,
        router == null ? d.router : toInt(router),
        dns.isEmpty() ? d.dns : dns,
        config.lease().orElse(DEFAULT_LEASE),
        mtu,
        options,
        hosts);
  }

  private Host host(DhcpConfig.Host host) throws ConfigException {
    int ip = inSubnet(host.ip(), "ip", host.source());
    if (own.contains(ip)) {
      throw host.source().error("ip", host.ip().getHostAddress(), "is the appliance's own");
    }
    byte[] id = new byte[host.clientId().size()];
    for (int i = 0; i < id.length; i++) {
      id[i] = host.clientId().get(i);
    }
    String name = host.hostname();
    long mac = host.mac() == null ? 0 : host.mac().value();
    return new Host(mac, HexFormat.of().formatHex(id), ip, name == null ? "" : name);
  }

  private int inSubnet(Inet4Address address, String key, Source source) throws ConfigException {
    int ip = toInt(address);
    if (!isInSubnet(ip)) {
      throw source.error(
          key,
          address.getHostAddress(),
          "expected an address of " + text(server & mask()) + "/" + prefix);
    }
    return ip;
  }

  private static int toInt(Inet4Address address) {
    return Bytes.i32(address.getAddress(), 0);
  }

  private static String text(int ip) {
    return Addresses.toString(0, Addresses.v4(ip));
  }

  /** The subnet mask. */
  int mask() {
    return -1 << 32 - prefix;
  }

  /** The subnet's broadcast address. */
  int broadcast() {
    return server | ~mask();
  }

  boolean isInSubnet(int ip) {
    return (ip & mask()) == (server & mask());
  }

  /** Whether the pool may give {@code ip} to a client without a reservation. */
  boolean isInPool(int ip) {
    return isInSubnet(ip)
        && Integer.compareUnsigned(ip, first) >= 0
        && Integer.compareUnsigned(ip, last) <= 0
        && !isSpecial(ip)
        && hosts.stream().noneMatch(h -> h.ip == ip);
  }

  private boolean isSpecial(int ip) {
    return own.contains(ip)
        || ip == router
        || dns.contains(ip)
        || ip == (server & mask())
        || ip == broadcast();
  }

  /** The reservation of a client, or null; one with a client identifier goes before one without. */
  @Nullable Host hostOf(long key, long hardware, String clientId) {
    Host found = null;
    for (Host h : hosts) {
      if (h.is(key, hardware, clientId)
          && (found == null || found.clientId.isEmpty() && !h.clientId.isEmpty())) {
        found = h;
      }
    }
    return found;
  }

  /** An option that is text, empty where it is not configured. */
  byte[] textOption(int code) {
    byte[] value = options.get(code);
    return value == null ? new byte[0] : value;
  }

  /** The next server (siaddr): option 150 or a literal in option 66, else the server itself. */
  int nextServer() {
    byte[] tftp = textOption(150);
    if (tftp.length >= 4) {
      return Bytes.i32(tftp, 0);
    }
    byte[] name = textOption(66);
    if (name.length == 4) {
      return Bytes.i32(name, 0);
    }
    String literal = new String(name, StandardCharsets.ISO_8859_1);
    return IpLiterals.parse4(literal).map(DhcpSettings::toInt).orElse(server);
  }
}
