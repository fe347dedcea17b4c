package dev.patchbay.stack.socket;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.raw.RawSocket;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * A raw socket ({@code raw_prot}, {@code rawv6_prot}). Its port is the protocol, as Linux has it.
 */
final class RawInetSocket extends InetDatagram implements DatagramListener {
  private final RawSocket raw;

  RawInetSocket(SocketLayer layer, int family, int protocol) {
    super(layer, family, SocketType.SOCK_RAW, protocol);
    raw = stack().raw().open(!isV6(), protocol, this);
    raw.receiveBuffer().limit(receiveBufferSize());
    localPort = protocol;
    addHook(new RawLevel(raw));
    addHook(new MulticastLevel(this, raw.options(), raw.memberships()));
  }

  @Override
  public void onReadable() {
    wake(PollEvents.READABLE);
  }

  @Override
  public void onError(IcmpError error) {
    icmpError(error, error.transport, 0);
  }

  @Override
  protected ReceiveBuffer buffer() {
    return raw.receiveBuffer();
  }

  @Override
  protected IpSocketOptions ipOptions() {
    return raw.options();
  }

  @Override
  protected @Nullable Packet take() {
    return raw.receiveBuffer().poll();
  }

  @Override
  protected int payload(Packet packet) {
    return packet.head;
  }

  @Override
  protected int sourcePort(Packet packet) {
    return 0;
  }

  @Override
  protected boolean hasPorts() {
    return false;
  }

  @Override
  public int bind(SocketAddress address) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    int status = checkBind(address, !isConnected());
    boolean mapped = isV6() && Addresses.isV4(address.hi, address.lo);
    if (status < 0 || mapped) {
      return status < 0 ? status : -Errno.EADDRNOTAVAIL;
    }
    status = raw.bind(address.hi, address.family == AddressFamily.AF_UNSPEC ? anyLo() : address.lo);
    if (status == 0) {
      localHi = raw.localHi();
      localLo = raw.localLo();
      addressBound = !Addresses.isAny(localHi, localLo);
    }
    return status;
  }

  @Override
  protected int associate(long hi, long lo, int port) {
    if (isV6() && Addresses.isV4(hi, lo)) {
      return -Errno.ENETUNREACH;
    }
    int status = raw.connect(hi, lo);
    if (status == 0) {
      localHi = raw.localHi();
      localLo = raw.localLo();
      remoteHi = raw.remoteHi();
      remoteLo = raw.remoteLo();
      remotePort = port;
    }
    return status;
  }

  @Override
  protected void dissolve() {
    raw.disconnect();
    if (!addressBound) {
      raw.bind(0, anyLo());
      localHi = 0;
      localLo = anyLo();
    }
  }

  @Override
  protected int transmit(
      byte[] data,
      int off,
      int len,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      int port,
      @Nullable NetDevice by) {
    return isV6() && Addresses.isV4(dstHi, dstLo)
        ? -Errno.ENETUNREACH
        : raw.sendTo(data, off, len, srcHi, srcLo, dstHi, dstLo, by);
  }

  @Override
  protected void release() {
    raw.close();
  }
}
