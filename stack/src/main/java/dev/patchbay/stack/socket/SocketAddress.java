package dev.patchbay.stack.socket;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;

/**
 * An address of a socket ({@code struct sockaddr_in}, {@code sockaddr_in6}, {@code sockaddr_ll}),
 * to be used again and again: operations fill it in place, so that nothing is allocated. Which
 * fields count is the family's matter.
 */
public final class SocketAddress {
  /** One of {@link AddressFamily}. */
  public int family;

  /** IP address, high half; 0 for IPv4. */
  public long hi;

  /** IP address, low half; {@code ::ffff:a.b.c.d} for {@code AF_INET} too. */
  public long lo;

  /** Port, 0 to 65535. */
  public int port;

  /** {@code sin6_scope_id} or {@code sll_ifindex}: index of a device, 0 none. */
  public int scope;

  /** {@code sin6_flowinfo}: flow label and traffic class. */
  public int flowInfo;

  /** {@code sll_protocol} as a number, that is, in host order. */
  public int protocol;

  /** {@code sll_hatype}: the ARP hardware type of the device. */
  public int hardwareType;

  /** {@code sll_pkttype}: to us, broadcast, multicast, to others, outgoing. */
  public int packetType;

  /** {@code sll_addr} of an Ethernet address, 48 bits. */
  public long hardwareAddress;

  /** {@code sll_halen}, 0 to 8. */
  public int hardwareLength;

  /** An empty one, {@code AF_UNSPEC}. */
  public SocketAddress() {}

  /**
   * {@code AF_INET} or {@code AF_INET6} by the literal's family.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static SocketAddress of(String literal, int port) {
    return of(IpAddress.parse(literal), port);
  }

  /** {@code AF_INET} or {@code AF_INET6} by the address's family. */
  public static SocketAddress of(IpAddress address, int port) {
    int family = address.isV4() ? AddressFamily.AF_INET : AddressFamily.AF_INET6;
    return new SocketAddress().set(family, address.hi(), address.lo(), port);
  }

  /** {@code AF_INET6} whatever the literal's family: {@code 10.0.0.1} becomes its mapped form. */
  public static SocketAddress of6(String literal, int port) {
    IpAddress address = IpAddress.parse(literal);
    return new SocketAddress().set(AddressFamily.AF_INET6, address.hi(), address.lo(), port);
  }

  /** Sets family, address and port, and clears all else. */
  public SocketAddress set(int newFamily, long newHi, long newLo, int newPort) {
    clear();
    family = newFamily;
    hi = newHi;
    lo = newLo;
    port = newPort;
    return this;
  }

  /** Takes over all fields of another one. */
  public SocketAddress set(SocketAddress other) {
    family = other.family;
    hi = other.hi;
    lo = other.lo;
    port = other.port;
    scope = other.scope;
    flowInfo = other.flowInfo;
    protocol = other.protocol;
    hardwareType = other.hardwareType;
    packetType = other.packetType;
    hardwareAddress = other.hardwareAddress;
    hardwareLength = other.hardwareLength;
    return this;
  }

  /** {@code AF_UNSPEC}, all fields 0. */
  public void clear() {
    family = AddressFamily.AF_UNSPEC;
    hi = 0;
    lo = 0;
    port = 0;
    scope = 0;
    flowInfo = 0;
    protocol = 0;
    hardwareType = 0;
    packetType = 0;
    hardwareAddress = 0;
    hardwareLength = 0;
  }

  /** The IP address as a value. */
  public IpAddress address() {
    return new IpAddress(hi, lo);
  }

  /** {@code 10.0.2.2:80}, {@code [fe80::1%2]:80}, {@code [::ffff:10.0.2.2]:80}. */
  @Override
  public String toString() {
    return switch (family) {
      case AddressFamily.AF_INET -> Addresses.toString(hi, lo) + ":" + port;
      case AddressFamily.AF_INET6 ->
          "["
              + (Addresses.isV4(hi, lo) ? "::ffff:" : "")
              + Addresses.toString(hi, lo)
              + (scope == 0 ? "" : "%" + scope)
              + "]:"
              + port;
      case AddressFamily.AF_PACKET -> "packet:" + Integer.toHexString(protocol) + "%" + scope;
      case AddressFamily.AF_UNIX -> "unix";
      default -> "unspec";
    };
  }
}
