package dev.patchbay.stack.socket;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.udp.UdpEngine;
import dev.patchbay.stack.udp.UdpHandler;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Udp;
import org.jspecify.annotations.Nullable;

/** A socket of UDP or UDP-Lite over {@link UdpEngine} ({@code udp_prot}). */
public final class DatagramSocket extends InetDatagram implements UdpHandler {
  private final UdpSocket udp;
  private final ReceiveBuffer buffer;

  DatagramSocket(SocketLayer layer, int family, int protocol) {
    super(layer, family, SocketType.SOCK_DGRAM, protocol);
    UdpEngine engine = protocol == IpProtocol.UDP ? stack().udp() : stack().udpLite();
    udp = engine.open(this, () -> wake(PollEvents.READABLE));
    buffer = java.util.Objects.requireNonNull(udp.receiveBuffer());
    buffer.limit(receiveBufferSize());
    buffer.limit(receiveBufferSize());
    udp.unbound(anyLo());
    addHook(new MulticastLevel(this, udp.options(), udp.memberships()));
    if (udp.isLite()) {
      addHook(new UdpLiteLevel(udp));
    }
  }

  /** The engine's side of it. */
  public UdpSocket udp() {
    return udp;
  }

  @Override
  protected ReceiveBuffer buffer() {
    return buffer;
  }

  @Override
  protected IpSocketOptions ipOptions() {
    return udp.options();
  }

  @Override
  protected @Nullable Packet take() {
    return udp.poll();
  }

  @Override
  protected int payload(Packet packet) {
    return packet.l4 + Udp.LENGTH;
  }

  @Override
  protected int sourcePort(Packet packet) {
    return packet.udp().sourcePort();
  }

  @Override
  protected boolean hasPorts() {
    return true;
  }

  private void addresses() {
    localHi = udp.localHi();
    localLo = udp.localLo();
    localPort = udp.localPort();
  }

  @Override
  public int bind(SocketAddress address) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    int status = checkBind(address, !isConnected() && localPort == 0);
    if (status < 0) {
      return status;
    }
    long lo = address.family == AddressFamily.AF_UNSPEC ? anyLo() : address.lo;
    status = udp.bindTo(address.hi, lo, address.port);
    if (status < 0) {
      return status;
    }
    addresses();
    addressBound = !Addresses.isAny(localHi, localLo);
    portBound = address.port != 0;
    return 0;
  }

  @Override
  protected int associate(long hi, long lo, int port) {
    int status = udp.connect(hi, lo, port);
    if (status == 0) {
      addresses();
      remoteHi = udp.remoteHi();
      remoteLo = udp.remoteLo();
      remotePort = port;
    }
    return status;
  }

  @Override
  protected void dissolve() {
    udp.disconnect(!portBound);
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
    int result = udp.sendTo(data, off, len, srcHi, srcLo, dstHi, dstLo, port, by);
    if (localPort == 0) {
      addresses();
    }
    return result;
  }

  @Override
  protected void release() {
    udp.close();
  }

  @Override
  public void onDatagram(UdpSocket socket, Packet packet) {
    // datagrams wait in the buffer
  }

  @Override
  public void onError(UdpSocket socket, IcmpError about) {
    int at = about.transport;
    icmpError(about, at + Udp.LENGTH, Bytes.u16(about.packet().data, at + 2));
  }

  @Override
  protected int ipOptionChanged() {
    // at once: a datagram that is sent may be what binds it
    udp.onlySix = isV6Only();
    return super.ipOptionChanged();
  }

  @Override
  protected int optionChanged(int name) {
    udp.reuseAddress = options.reuseAddress;
    udp.reusePort = options.reusePort;
    return super.optionChanged(name);
  }
}
