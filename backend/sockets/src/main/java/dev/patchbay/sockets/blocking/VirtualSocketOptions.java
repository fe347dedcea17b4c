package dev.patchbay.sockets.blocking;

import java.net.SocketOption;

/**
 * Options of the JDK's sockets inside the virtual network that the JDK has no words for. A device
 * is named, since {@link java.net.NetworkInterface} knows the host's alone; the empty name stands
 * for none.
 */
public final class VirtualSocketOptions {
  /** The only device that a socket uses, {@code SO_BINDTODEVICE}. */
  public static final SocketOption<String> SO_BINDTODEVICE =
      new Option<>("SO_BINDTODEVICE", String.class);

  /** Mark of what it sends, {@code SO_MARK}. */
  public static final SocketOption<Integer> SO_MARK = new Option<>("SO_MARK", Integer.class);

  /**
   * By which device multicast leaves and groups are joined, {@code IP_MULTICAST_IF} and {@code
   * IPV6_MULTICAST_IF}.
   */
  public static final SocketOption<String> IP_MULTICAST_DEVICE =
      new Option<>("IP_MULTICAST_DEVICE", String.class);

  private VirtualSocketOptions() {}

  private record Option<T>(String name, Class<T> type) implements SocketOption<T> {
    @Override
    public String toString() {
      return name;
    }
  }
}
