package dev.patchbay.stack.socket;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.ip.IpSocket;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/** What raw and ping sockets share: one family each, no ports in their packets. */
abstract class IpDatagram extends InetDatagram implements DatagramListener {
  IpDatagram(SocketLayer layer, int family, int type, int protocol) {
    super(layer, family, type, protocol);
  }

  /** The engine's side of it. */
  abstract IpSocket socket();

  /** {@code bind} of addresses that were checked. */
  abstract int bindTo(long hi, long lo, int port);

  /** {@code connect} of an address of the family. */
  abstract int connectTo(long hi, long lo);

  /** Takes over what the engine's side has chosen. */
  void addresses() {
    localHi = socket().localHi();
    localLo = socket().localLo();
  }

  /** Sets it up once the engine's side is there. */
  final void opened() {
    socket().receiveBuffer().limit(receiveBufferSize());
    addHook(new MulticastLevel(this, socket().options(), socket().memberships()));
  }

  @Override
  public final void onReadable() {
    wake(PollEvents.READABLE);
  }

  @Override
  protected final ReceiveBuffer buffer() {
    return socket().receiveBuffer();
  }

  @Override
  protected final IpSocketOptions ipOptions() {
    return socket().options();
  }

  @Override
  protected final @Nullable Packet take() {
    return buffer().poll();
  }

  @Override
  protected final int payload(Packet packet) {
    return packet.head;
  }

  @Override
  protected final int sourcePort(Packet packet) {
    return 0;
  }

  @Override
  protected final boolean hasPorts() {
    return false;
  }

  /** Whether {@code bind} may still be called. */
  abstract boolean isBindable();

  @Override
  public final int bind(SocketAddress address) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    int status = checkBind(address, isBindable());
    boolean mapped = isV6() && Addresses.isV4(address.hi, address.lo);
    if (status < 0 || mapped) {
      return status < 0 ? status : -Errno.EADDRNOTAVAIL;
    }
    long lo = address.family == AddressFamily.AF_UNSPEC ? anyLo() : address.lo;
    status = bindTo(address.hi, lo, address.port);
    if (status == 0) {
      addresses();
      addressBound = !Addresses.isAny(localHi, localLo);
    }
    return status;
  }

  @Override
  protected final int associate(long hi, long lo, int port) {
    if (isV6() && Addresses.isV4(hi, lo)) {
      return -Errno.ENETUNREACH;
    }
    int status = connectTo(hi, lo);
    if (status == 0) {
      addresses();
      remoteHi = socket().remoteHi();
      remoteLo = socket().remoteLo();
      remotePort = port;
    }
    return status;
  }

  @Override
  protected final int transmit(
      byte[] data,
      int off,
      int len,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      int port,
      @Nullable NetDevice by) {
    if (isV6() && Addresses.isV4(dstHi, dstLo)) {
      return -Errno.ENETUNREACH;
    }
    int result = socket().sendTo(data, off, len, srcHi, srcLo, dstHi, dstLo, by);
    if (localPort == 0) {
      addresses();
    }
    return result;
  }
}
