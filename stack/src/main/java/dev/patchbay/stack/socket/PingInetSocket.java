package dev.patchbay.stack.socket;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.ping.PingSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Icmp;
import org.jspecify.annotations.Nullable;

/**
 * A ping socket ({@code ping_prot}): datagrams are echo requests and replies, the port is their
 * identifier. Everybody may open one ({@code ping_group_range} of all groups).
 */
final class PingInetSocket extends InetDatagram implements DatagramListener {
  private final PingSocket ping;

  PingInetSocket(SocketLayer layer, int family, int protocol) {
    super(layer, family, SocketType.SOCK_DGRAM, protocol);
    ping = stack().ping().open(!isV6(), this);
    ping.receiveBuffer().limit(receiveBufferSize());
    addHook(new MulticastLevel(this, ping.options(), ping.memberships()));
  }

  @Override
  public void onReadable() {
    wake(PollEvents.READABLE);
  }

  @Override
  public void onError(IcmpError error) {
    icmpError(error, error.transport + Icmp.LENGTH, 0);
  }

  @Override
  protected ReceiveBuffer buffer() {
    return ping.receiveBuffer();
  }

  @Override
  protected IpSocketOptions ipOptions() {
    return ping.options();
  }

  @Override
  protected @Nullable Packet take() {
    return ping.receiveBuffer().poll();
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

  private void addresses() {
    localHi = ping.localHi();
    localLo = ping.localLo();
    localPort = ping.identifier();
  }

  @Override
  public int bind(SocketAddress address) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    int status = checkBind(address, localPort == 0);
    boolean mapped = isV6() && Addresses.isV4(address.hi, address.lo);
    if (status < 0 || mapped) {
      return status < 0 ? status : -Errno.EADDRNOTAVAIL;
    }
    ping.reuseAddress = options.reuseAddress;
    long lo = address.family == AddressFamily.AF_UNSPEC ? anyLo() : address.lo;
    status = ping.bind(address.hi, lo, address.port);
    if (status == 0) {
      addresses();
      addressBound = !Addresses.isAny(localHi, localLo);
      portBound = address.port != 0;
    }
    return status;
  }

  @Override
  protected int associate(long hi, long lo, int port) {
    if (isV6() && Addresses.isV4(hi, lo)) {
      return -Errno.ENETUNREACH;
    }
    int status = ping.connect(hi, lo);
    if (status == 0) {
      addresses();
      remoteHi = ping.remoteHi();
      remoteLo = ping.remoteLo();
      remotePort = port;
    }
    return status;
  }

  @Override
  protected void dissolve() {
    ping.disconnect(!portBound);
    addresses();
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
    if (isV6() && Addresses.isV4(dstHi, dstLo)) {
      return -Errno.ENETUNREACH;
    }
    int result = ping.sendTo(data, off, len, srcHi, srcLo, dstHi, dstLo, by);
    if (localPort == 0) {
      addresses();
    }
    return result;
  }

  @Override
  protected void release() {
    ping.close();
  }
}
