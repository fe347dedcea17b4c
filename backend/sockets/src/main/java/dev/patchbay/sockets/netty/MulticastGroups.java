package dev.patchbay.sockets.netty;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.OptionValue;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketOptions;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import io.netty.channel.ChannelException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * The groups of a datagram channel ({@code MCAST_JOIN_GROUP} and its kin, RFC 3678), and the device
 * by which it sends to groups. Devices have names: Java's interfaces are the host's.
 */
final class MulticastGroups {
  /** {@code struct group_req}: a device, then a {@code sockaddr_storage} of 128 bytes. */
  private static final int GROUP_REQ = 8 + 128;

  /** {@code struct group_source_req}: a further address. */
  private static final int GROUP_SOURCE_REQ = GROUP_REQ + 128;

  /** {@code struct ip_mreqn}. */
  private static final int MREQN = 12;

  private final AbstractStackChannel channel;
  private volatile String device = "";
  private volatile @Nullable InetAddress address;

  MulticastGroups(AbstractStackChannel channel) {
    this.channel = channel;
  }

  // ---- the device to send by; from any thread

  String device() {
    return device;
  }

  @Nullable InetAddress address() {
    return address;
  }

  void device(String name) {
    channel.sockets.call(() -> {
      sendBy(name.isEmpty() ? null : named(name));
      return true;
    });
    device = name;
    address = null;
  }

  void device(InetAddress own) {
    device =
        channel.sockets.call(() -> {
          IpAddress ip = IpAddress.of(own);
          int scope = own instanceof Inet6Address six ? six.getScopeId() : 0;
          NetDevice found =
              scope == 0
                  ? stack().deviceOf(ip.hi(), ip.lo())
                  : InetAddresses.device(scope, stack());
          if (found == null) {
            throw new ChannelException("no device has the address " + own.getHostAddress());
          }
          sendBy(found);
          return found.name();
        });
    address = own;
  }

  private NetworkStack stack() {
    return channel.sockets.stack();
  }

  private NetDevice named(String name) {
    try {
      return InetAddresses.device(name, stack());
    } catch (SocketException e) {
      throw new ChannelException(e.getMessage(), e);
    }
  }

  private void sendBy(@Nullable NetDevice by) {
    int index = by == null ? 0 : by.index();
    byte[] request = new byte[MREQN];
    OptionValue.putAt(request, 8, 4, index);
    Socket socket = channel.socket;
    int result =
        socket.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_MULTICAST_IF, request, MREQN);
    if (result == 0 && SocketOption.isV6(socket)) {
      result =
          socket.setsockopt(SocketOptions.IPPROTO_IPV6, SocketOptions.IPV6_MULTICAST_IF, index);
    }
    if (result < 0) {
      throw SocketOption.failure("IP_MULTICAST_IF", result);
    }
  }

  // ---- membership; on the loop

  /**
   * Joins, leaves or blocks.
   *
   * @param option one of {@code MCAST_*}; those of sources where there is a source
   * @param by name of a device; null: the one to send by, else the one that bears the channel's
   *     address, else as routes say
   * @throws SocketException with Linux's reason
   */
  void change(int option, InetAddress group, @Nullable String by, @Nullable InetAddress source)
      throws SocketException {
    byte[] request = new byte[source == null ? GROUP_REQ : GROUP_SOURCE_REQ];
    OptionValue.putAt(request, 0, 4, index(by));
    put(request, 8, group);
    if (source != null) {
      put(request, GROUP_REQ, source);
    }
    boolean v4 = IpAddress.of(group).isV4();
    int level = v4 ? SocketOptions.SOL_IP : SocketOptions.IPPROTO_IPV6;
    int result = channel.socket.setsockopt(level, option, request, request.length);
    if (result < 0) {
      throw SocketErrors.bind(result, group.getHostAddress());
    }
  }

  private int index(@Nullable String by) throws SocketException {
    String name = by == null ? device : by;
    if (!name.isEmpty()) {
      return InetAddresses.device(name, stack()).index();
    }
    InetSocketAddress local = channel.localAddress();
    if (local == null) {
      return 0;
    }
    IpAddress own = IpAddress.of(local.getAddress());
    NetDevice bearer =
        Addresses.isAny(own.hi(), own.lo()) ? null : stack().deviceOf(own.hi(), own.lo());
    return bearer == null ? 0 : bearer.index();
  }

  private static void put(byte[] request, int at, InetAddress address) {
    IpAddress ip = IpAddress.of(address);
    boolean v4 = ip.isV4();
    OptionValue.putAt(request, at, 2, v4 ? AddressFamily.AF_INET : AddressFamily.AF_INET6);
    if (v4) {
      Bytes.put32(request, at + 4, (int) ip.lo());
    } else {
      Bytes.put64(request, at + 8, ip.hi());
      Bytes.put64(request, at + 16, ip.lo());
    }
  }
}
