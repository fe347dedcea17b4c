package dev.patchbay.backend.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the DHCP server of one device is asked to do; whatever is left out keeps the daemon's
 * default.
 *
 * @param source the line of the device
 * @param range the addresses to give away, or null
 * @param router option 3, or null
 * @param lease the time of a lease in seconds, {@value #MIN_LEASE} to {@value #MAX_LEASE}
 * @param dns option 6; empty: the daemon's default
 * @param options further options by number, with the bytes of their value
 * @param hosts clients with an address of their own
 * @param six what is asked of it for IPv6
 * @param client whether the device is a client of another server instead, and all else is empty
 */
public record DhcpConfig(
    Source source,
    @Nullable Range range,
    @Nullable Inet4Address router,
    OptionalLong lease,
    List<Inet4Address> dns,
    SortedMap<Integer, DhcpOption> options,
    List<Host> hosts,
    Six six,
    boolean client) {
  /**
   * DHCPv6.
   *
   * @param mode whether it serves
   * @param range the addresses to give away, or null
   * @param dns option 23; empty: the daemon's default
   * @param search option 24
   */
  public record Six(
      Mode mode, @Nullable Range6 range, List<Inet6Address> dns, List<String> search) {
    /** Takes copies. */
    public Six {
      dns = List.copyOf(dns);
      search = List.copyOf(search);
    }
  }

  /** What a DHCPv6 server gives. */
  public enum Mode {
    /** Nothing: there is none. */
    OFF,
    /** Information without addresses. */
    STATELESS,
    /** Addresses too. */
    STATEFUL
  }

  /**
   * IPv6 addresses from the first to the last, both included.
   *
   * @param source where it stands
   */
  public record Range6(Source source, Inet6Address first, Inet6Address last) {}

  /** The shortest lease in seconds. */
  public static final long MIN_LEASE = 1;

  /** The longest in seconds: RFC 2131 section 3.3 takes 0xffffffff for "infinity". */
  public static final long MAX_LEASE = 0xffffffffL;

  /** Takes copies. */
  public DhcpConfig {
    dns = List.copyOf(dns);
    options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
    hosts = List.copyOf(hosts);
  }

  /**
   * Addresses from the first to the last, both included.
   *
   * @param source where it stands
   * @param first not above {@code last}
   * @param last not below {@code first}
   */
  public record Range(Source source, Inet4Address first, Inet4Address last) {
    /** Whether an address lies in the range. */
    public boolean contains(Inet4Address address) {
      long a = toLong(address);
      return a >= toLong(first) && a <= toLong(last);
    }

    @Override
    public String toString() {
      return first.getHostAddress() + "-" + last.getHostAddress();
    }
  }

  /**
   * A client with an address of its own.
   *
   * @param source where its address stands
   * @param mac its hardware address, or null where the client identifier is enough
   * @param clientId option 61 as the client sends it, type byte included; empty for any
   * @param ip its address
   * @param hostname option 12, or null
   */
  public record Host(
      Source source,
      @Nullable MacAddress mac,
      List<Byte> clientId,
      Inet4Address ip,
      @Nullable String hostname) {
    /** Takes a copy. */
    public Host {
      clientId = List.copyOf(clientId);
    }
  }

  /** An address as a number, 0 to 2^32 - 1. */
  static long toLong(Inet4Address address) {
    long value = 0;
    for (byte b : address.getAddress()) {
      value = value << 8 | (b & 0xff);
    }
    return value;
  }
}
