package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.multicast.Memberships;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * What sockets directly above IP, raw and ping ones, have in common ({@code struct inet_sock}): one
 * family, addresses without ports, options, groups, what was received, the pending error. All calls
 * on the loop.
 */
public abstract class IpSocket {
  /** The namespace. */
  protected final NetworkStack stack;

  /** The family. */
  protected final boolean v4;

  /** Who is told. */
  protected final DatagramListener listener;

  /** What it has received. */
  protected final ReceiveBuffer buffer;

  /** What it asks of IP. */
  protected final IpSocketOptions options = new IpSocketOptions();

  /** The groups that it has joined. */
  protected final Memberships memberships;

  /** Where the packet at hand goes. */
  protected final Flow flow = new Flow();

  /** Our address, any while there is none. */
  protected long localHi;

  protected long localLo;

  /** The peer's, where it is {@link #connected}. */
  protected long remoteHi;

  protected long remoteLo;

  /** Whether it has a peer. */
  protected boolean connected;

  private int error;

  /** One without addresses. */
  protected IpSocket(NetworkStack stack, boolean v4, DatagramListener listener) {
    this.stack = stack;
    this.v4 = v4;
    this.listener = listener;
    localLo = anyLo();
    remoteLo = localLo;
    buffer = new ReceiveBuffer(stack.datagramMemory(), stack.loop(), listener::onReadable);
    memberships = new Memberships(stack.multicast());
  }

  /** Low half of the family's address without value. */
  protected final long anyLo() {
    return v4 ? Addresses.V4_PREFIX : 0;
  }

  public final boolean isV4() {
    return v4;
  }

  /** What it asks of IP; live. */
  public final IpSocketOptions options() {
    return options;
  }

  /** The groups that it has joined. */
  public final Memberships memberships() {
    return memberships;
  }

  /** What it has received: of each packet {@code [head, tail)} is the user's. */
  public final ReceiveBuffer receiveBuffer() {
    return buffer;
  }

  public final long localHi() {
    return localHi;
  }

  public final long localLo() {
    return localLo;
  }

  public final long remoteHi() {
    return remoteHi;
  }

  public final long remoteLo() {
    return remoteLo;
  }

  /** Whether it has a peer. */
  public final boolean isConnected() {
    return connected;
  }

  /** The error that waits ({@code SO_ERROR}), positive, 0 for none; it is cleared. */
  public final int takeError() {
    int waiting = error;
    error = 0;
    return waiting;
  }

  /** Tells the user of an ICMP error. */
  protected final void failed(IcmpError about) {
    error = about.errno();
    listener.onError(about);
  }

  /** Takes from all again. */
  protected final void forgetPeer() {
    connected = false;
    remoteHi = 0;
    remoteLo = anyLo();
  }

  /** Sends to the peer, as {@link #sendTo}; EDESTADDRREQ without one. */
  public final int send(byte[] data, int off, int len) {
    return connected ? sendTo(data, off, len, 0, 0, remoteHi, remoteLo, null) : -Errno.EDESTADDRREQ;
  }

  /**
   * Sends a packet.
   *
   * @param srcHi source; any is the one it is bound to, else routing chooses
   * @param by leave by this device, or null
   * @return {@code len}, or a negative error
   */
  public abstract int sendTo(
      byte[] data,
      int off,
      int len,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      @Nullable NetDevice by);

  /** Gives up its groups and what it has received. */
  protected final void closeBase() {
    memberships.close();
    buffer.close();
  }
}
