package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/** Joining and leaving groups: {@code struct group_req} of {@code MCAST_JOIN_GROUP}. */
final class GroupRequest {
  /** An index, padding, and a {@code sockaddr_storage}. */
  private static final int LENGTH = 8 + 128;

  private GroupRequest() {}

  /**
   * Makes one, for the device that routing chooses.
   *
   * @param by must be null
   */
  static byte[] of(SocketAddress group, @Nullable NetworkInterface by) throws SocketException {
    if (!(group instanceof InetSocketAddress inet)) {
      throw new IllegalArgumentException("Unsupported address type");
    }
    InetAddress address = inet.getAddress();
    if (address == null) {
      throw new IllegalArgumentException("Unresolved address");
    }
    if (!address.isMulticastAddress()) {
      throw new SocketException("Not a multicast address");
    }
    if (by != null) {
      throw foreign(by);
    }
    byte[] bytes = address.getAddress();
    boolean v4 = bytes.length == 4;
    byte[] request = new byte[LENGTH];
    request[8] = (byte) (v4 ? AddressFamily.AF_INET : AddressFamily.AF_INET6);
    System.arraycopy(bytes, 0, request, v4 ? 12 : 16, bytes.length);
    return request;
  }

  static SocketException foreign(NetworkInterface by) {
    return new SocketException(
        by.getName()
            + " is an interface of the host; name a device of the virtual network by the option "
            + VirtualSocketOptions.IP_MULTICAST_DEVICE);
  }

  static int join(Socket s, byte[] request) {
    return set(s, SocketOptions.MCAST_JOIN_GROUP, request);
  }

  static int leave(Socket s, byte[] request) {
    return set(s, SocketOptions.MCAST_LEAVE_GROUP, request);
  }

  /** By the device of {@code IP_MULTICAST_DEVICE}, where there is one. */
  private static int set(Socket s, int name, byte[] request) {
    int[] index = new int[1];
    s.getsockopt(SocketOptions.IPPROTO_IPV6, SocketOptions.IPV6_MULTICAST_IF, index);
    JdkOptions.littleEndian(request, 0, index[0]);
    boolean v4 = request[8] == AddressFamily.AF_INET;
    int level = v4 ? SocketOptions.SOL_IP : SocketOptions.IPPROTO_IPV6;
    return s.setsockopt(level, name, request, request.length);
  }
}
