package dev.patchbay.stack.ip;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.route.Route;
import org.jspecify.annotations.Nullable;

/**
 * Where a datagram of a socket goes (Linux: {@code struct flowi} with its {@code rtable}). Filled
 * by {@link SocketOutput#resolve}, valid until its next call; one per user, so that sending
 * allocates nothing.
 */
public final class Flow {
  /** The source, chosen or confirmed. */
  public long srcHi;

  public long srcLo;

  /** The destination; 0.0.0.0 and :: have become the loopback's address. */
  public long dstHi;

  public long dstLo;

  /** Protocol and ports by which rules may choose; their user sets them, 0 where there are none. */
  public int protocol;

  public int sourcePort;
  public int destinationPort;

  /** Bytes that a packet may have on its whole path, as far as it is known. */
  public int pathMtu;

  /** Bytes that a packet may have on the link, as device and route say. */
  int linkMtu;

  long hopHi;
  long hopLo;
  @Nullable NetDevice device;

  /** The route that was chosen, null where none was asked or found. */
  @Nullable Route route;

  /** The only device that it may leave by, null for any. */
  @Nullable NetDevice bound;

  boolean local;
  boolean broadcast;
  boolean multicast;

  /** The device by which it leaves; the loopback for what stays here. */
  public @Nullable NetDevice device() {
    return device;
  }

  /** Whether it stays here. */
  public boolean isLocal() {
    return local;
  }

  /** Whether it goes to all of a network. */
  public boolean isBroadcast() {
    return broadcast;
  }

  /** The node that it is handed to: a gateway, or the destination itself. */
  public IpAddress nextHop() {
    return new IpAddress(hopHi, hopLo);
  }

  /** Whether it goes to a group. */
  public boolean isMulticast() {
    return multicast;
  }
}
