package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Between the JDK's addresses and the stack's. A scope of IPv6 is the index of a device of the
 * virtual network.
 */
final class StackAddresses {
  private StackAddresses() {}

  /**
   * The address for a socket of both families, as the JDK's are: IPv4 is mapped, and {@code
   * 0.0.0.0} is {@code ::}.
   */
  static SocketAddress toStack(InetAddress address, int port) {
    SocketAddress out = new SocketAddress();
    if (address.isAnyLocalAddress()) {
      return out.set(AddressFamily.AF_INET6, 0, 0, port);
    }
    IpAddress ip = IpAddress.of(address);
    out.set(AddressFamily.AF_INET6, ip.hi(), ip.lo(), port);
    if (address instanceof Inet6Address six) {
      out.scope = six.getScopeId();
    }
    return out;
  }

  /** The address of a peer: the one without value is our loopback, of its own family. */
  static SocketAddress toPeer(InetAddress address, int port) {
    if (address instanceof Inet4Address && address.isAnyLocalAddress()) {
      long loopback = Addresses.v4(0x7f00_0001);
      return new SocketAddress().set(AddressFamily.AF_INET6, 0, loopback, port);
    }
    return toStack(address, port);
  }

  /**
   * An address from its literal, {@code fe80::1%2} with the index of a device included.
   *
   * @param host as it was asked for
   * @throws IllegalArgumentException it is none
   */
  static InetAddress ofLiteral(String host) {
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    String text = bracketed ? host.substring(1, host.length() - 1) : host;
    int percent = text.indexOf('%');
    IpAddress ip = IpAddress.parse(percent < 0 ? text : text.substring(0, percent));
    int scope = percent < 0 ? 0 : Integer.parseUnsignedInt(text.substring(percent + 1));
    return toInetAddress(host, ip.hi(), ip.lo(), scope);
  }

  /** The IP address as the JDK has it, mapped ones as IPv4. */
  static InetAddress toInetAddress(SocketAddress address) {
    return toInetAddress(null, address.hi, address.lo, address.scope);
  }

  /** An address with the name under which it was found. */
  static InetAddress toInetAddress(@Nullable String host, IpAddress address) {
    return toInetAddress(host, address.hi(), address.lo(), 0);
  }

  static InetSocketAddress toInetSocketAddress(SocketAddress address) {
    return new InetSocketAddress(toInetAddress(address), address.port);
  }

  private static InetAddress toInetAddress(@Nullable String host, long hi, long lo, int scope) {
    try {
      if (Addresses.isV4(hi, lo)) {
        byte[] four = new byte[4];
        Bytes.put32(four, 0, (int) lo);
        return InetAddress.getByAddress(host, four);
      }
      byte[] six = new byte[16];
      Bytes.put64(six, 0, hi);
      Bytes.put64(six, 8, lo);
      return Inet6Address.getByAddress(host, six, scope == 0 ? -1 : scope);
    } catch (UnknownHostException e) {
      // thrown for lengths other than 4 and 16 alone
      throw new AssertionError(e);
    }
  }
}
