package dev.patchbay.sockets.netty;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import io.netty.channel.ChannelException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of {@code java.net} and of the socket layer. A scope is the index of a device of the
 * virtual network; where Java's address names an interface ({@code fe80::1%eth0}, resolved on the
 * host), the virtual network's device of that name is meant.
 */
final class InetAddresses {
  private InetAddresses() {}

  /**
   * Fills {@code out} for a socket of {@code family}: IPv4 in its mapped form for {@code AF_INET6},
   * {@code 0.0.0.0} as {@code ::}, which there means both.
   *
   * @throws UnsupportedAddressTypeException for what is no address of the internet, or IPv6 for a
   *     socket of IPv4
   * @throws UnresolvedAddressException for a name
   * @throws SocketException where there is no device of the name that the scope tells
   */
  static SocketAddress fill(
      SocketAddress out, java.net.SocketAddress address, int family, NetworkStack stack)
      throws SocketException {
    if (!(address instanceof InetSocketAddress inet)) {
      throw new UnsupportedAddressTypeException();
    }
    InetAddress ip = inet.getAddress();
    if (ip == null) {
      throw new UnresolvedAddressException();
    }
    if (ip instanceof Inet6Address && family == AddressFamily.AF_INET) {
      throw new UnsupportedAddressTypeException();
    }
    IpAddress value = IpAddress.of(ip);
    boolean any6 = family == AddressFamily.AF_INET6 && ip.isAnyLocalAddress();
    out.set(family, value.hi(), any6 ? 0 : value.lo(), inet.getPort());
    out.scope = ip instanceof Inet6Address six ? scope(six, stack) : 0;
    return out;
  }

  private static int scope(Inet6Address address, NetworkStack stack) throws SocketException {
    NetworkInterface named = address.getScopedInterface();
    return named == null ? address.getScopeId() : device(named.getName(), stack).index();
  }

  /**
   * The device of a name.
   *
   * @throws SocketException where there is none
   */
  static NetDevice device(String name, NetworkStack stack) throws SocketException {
    NetDevice device = stack.device(name);
    if (device == null) {
      throw new SocketException("no device '" + name + "' in the virtual network");
    }
    return device;
  }

  /** The device of an index, or null. */
  static @Nullable NetDevice device(int index, NetworkStack stack) {
    for (NetDevice device : stack.devices()) {
      if (device.index() == index) {
        return device;
      }
    }
    return null;
  }

  /** As Java has it; mapped addresses become IPv4's. */
  static InetSocketAddress of(SocketAddress address) {
    return new InetSocketAddress(of(address.hi, address.lo, address.scope), address.port);
  }

  /**
   * As Java has it.
   *
   * @param scope index of a device, 0: none
   */
  static InetAddress of(long hi, long lo, int scope) {
    try {
      if (Addresses.isV4(hi, lo)) {
        byte[] four = new byte[4];
        Bytes.put32(four, 0, (int) lo);
        return InetAddress.getByAddress(four);
      }
      byte[] six = new byte[16];
      Bytes.put64(six, 0, hi);
      Bytes.put64(six, 8, lo);
      return Inet6Address.getByAddress(null, six, scope == 0 ? -1 : scope);
    } catch (UnknownHostException e) {
      // only lengths other than 4 and 16 are refused
      throw new ChannelException(e);
    }
  }
}
