package dev.patchbay.stack.socket;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of a network namespace as Linux's system calls have them. Families register
 * themselves; {@link #socket} makes sockets, all else is a method of {@link Socket}. Only on the
 * loop.
 */
public final class SocketLayer {
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int TYPE_MASK = 0xf;

  private final NetworkStack stack;
  private final Map<Integer, SocketFamily> families = new HashMap<>();
  private final InetFamily inet = new InetFamily(AddressFamily.AF_INET);
  private final InetFamily inet6 = new InetFamily(AddressFamily.AF_INET6);

  /** For operations that take their parameters one by one. */
  final Message scratch = new Message();

  private int errno;

  /** A layer with TCP, UDP, UDP-Lite, raw, ping and packet sockets and {@code socketpair}. */
  public SocketLayer(NetworkStack stack) {
    this.stack = stack;
    register(inet);
    register(inet6);
    register(new UnixFamily());
    register(new PacketFamily());
    for (InetFamily family : new InetFamily[] {inet, inet6}) {
      family.register(SocketType.SOCK_STREAM, IpProtocol.TCP, StreamSocket::new);
      family.register(SocketType.SOCK_DGRAM, IpProtocol.UDP, DatagramSocket::new);
      family.register(SocketType.SOCK_DGRAM, IpProtocol.UDPLITE, DatagramSocket::new);
      family.register(SocketType.SOCK_RAW, 0, RawInetSocket::new);
    }
    inet.register(SocketType.SOCK_DGRAM, IpProtocol.ICMP, PingInetSocket::new);
    inet6.register(SocketType.SOCK_DGRAM, IpProtocol.ICMPV6, PingInetSocket::new);
  }

  /** The namespace. */
  public NetworkStack stack() {
    return stack;
  }

  /** The loop on which all of it runs. */
  public EventLoop loop() {
    return stack.loop();
  }

  /**
   * Makes a family known ({@code sock_register}).
   *
   * @throws IllegalArgumentException where it is known already
   */
  public void register(SocketFamily family) {
    if (families.putIfAbsent(family.family(), family) != null) {
      throw new IllegalArgumentException("family " + family.family() + " is registered already");
    }
  }

  /** Where types and protocols of IPv4 register. */
  public InetFamily inet() {
    return inet;
  }

  /** Where types and protocols of IPv6 register. */
  public InetFamily inet6() {
    return inet6;
  }

  /**
   * socket(2). All sockets are non-blocking: {@code SOCK_NONBLOCK} in the type changes nothing.
   *
   * @param family one of {@link AddressFamily}
   * @param type one of {@link SocketType}
   * @param protocol IP protocol, 0: the type's own
   * @return null: {@link #errno} says why: {@code EAFNOSUPPORT}, {@code ESOCKTNOSUPPORT}, {@code
   *     EPROTONOSUPPORT}, {@code EINVAL}
   */
  public @Nullable Socket socket(int family, int type, int protocol) {
    SocketFamily found = find(family, type);
    return found == null ? null : found.create(this, type & TYPE_MASK, protocol);
  }

  /**
   * socketpair(2).
   *
   * @param out takes both
   * @return 0, or a negative error: those of {@link #socket}, {@code -EOPNOTSUPP}
   */
  public int socketpair(int family, int type, int protocol, Socket[] out) {
    SocketFamily found = find(family, type);
    return found == null ? -errno : found.createPair(this, type & TYPE_MASK, protocol, out);
  }

  private @Nullable SocketFamily find(int family, int type) {
    if ((type & ~TYPE_MASK & ~SOCK_NONBLOCK) != 0 || (type & TYPE_MASK) >= SocketType.SOCK_MAX) {
      fail(Errno.EINVAL);
      return null;
    }
    SocketFamily found = families.get(family);
    if (found == null) {
      fail(Errno.EAFNOSUPPORT);
    }
    return found;
  }

  /** Notes why nothing was made, one of {@link Errno}. */
  public void fail(int newErrno) {
    errno = newErrno;
  }

  /** Why {@link #socket} returned null last, positive. */
  public int errno() {
    return errno;
  }
}
