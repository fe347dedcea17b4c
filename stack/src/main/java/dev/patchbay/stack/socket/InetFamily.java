package dev.patchbay.stack.socket;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code AF_INET} or {@code AF_INET6}: types and protocols register with it ({@code struct
 * inet_protosw}, {@code inet_register_protosw}).
 */
public final class InetFamily implements SocketFamily {
  /** Makes a socket of one type and protocol. */
  @FunctionalInterface
  public interface Maker {
    /**
     * @param family {@code AF_INET} or {@code AF_INET6}
     * @param protocol the protocol asked for, or the one registered where 0 was asked for
     */
    Socket make(SocketLayer layer, int family, int protocol);
  }

  private record Entry(int type, int protocol, Maker maker) {}

  /** {@code IPPROTO_MAX}: MPTCP's 262 is the last. */
  private static final int PROTOCOL_MAX = 263;

  /** What the 8 bits of an IP header name: beyond them nothing can be received by number. */
  private static final int HEADER_PROTOCOL_MAX = 255;

  private final int family;
  private final List<Entry> entries = new ArrayList<>();

  InetFamily(int family) {
    this.family = family;
  }

  @Override
  public int family() {
    return family;
  }

  /**
   * Makes a type and protocol known. Later ones stand before earlier ones of the same type, except
   * that the first of a type is its default.
   *
   * @param protocol its IP protocol; 0: all that a header can name (raw sockets)
   */
  public void register(int type, int protocol, Maker maker) {
    entries.add(new Entry(type, protocol, maker));
  }

  /** {@code inet_create}'s search. */
  @Override
  public @Nullable Socket create(SocketLayer layer, int type, int protocol) {
    if (protocol < 0 || protocol >= PROTOCOL_MAX) {
      layer.fail(Errno.EINVAL);
      return null;
    }
    int errno = Errno.ESOCKTNOSUPPORT;
    for (Entry entry : entries) {
      if (entry.type == type) {
        boolean any = entry.protocol == 0 && protocol <= HEADER_PROTOCOL_MAX;
        if (protocol == entry.protocol ? protocol != 0 : protocol == 0 || any) {
          return entry.maker.make(layer, family, protocol == 0 ? entry.protocol : protocol);
        }
        errno = Errno.EPROTONOSUPPORT;
      }
    }
    layer.fail(errno);
    return null;
  }
}
