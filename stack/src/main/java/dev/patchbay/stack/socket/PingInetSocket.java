package dev.patchbay.stack.socket;

import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.IpSocket;
import dev.patchbay.stack.ping.PingSocket;
import dev.patchbay.stack.wire.Icmp;

/**
 * A ping socket ({@code ping_prot}): datagrams are echo requests and replies, the port is their
 * identifier. Everybody may open one ({@code ping_group_range} of all groups).
 */
final class PingInetSocket extends IpDatagram {
  private final PingSocket ping;

  PingInetSocket(SocketLayer layer, int family, int protocol) {
    super(layer, family, SocketType.SOCK_DGRAM, protocol);
    ping = stack().ping().open(!isV6(), this);
    opened();
  }

  @Override
  IpSocket socket() {
    return ping;
  }

  @Override
  public void onError(IcmpError error) {
    icmpError(error, error.transport + Icmp.LENGTH, 0);
  }

  @Override
  void addresses() {
    super.addresses();
    localPort = ping.identifier();
  }

  @Override
  boolean isBindable() {
    return localPort == 0;
  }

  @Override
  int bindTo(long hi, long lo, int port) {
    ping.reuseAddress = options.reuseAddress;
    int status = ping.bind(hi, lo, port);
    portBound |= status == 0 && port != 0;
    return status;
  }

  @Override
  int connectTo(long hi, long lo) {
    return ping.connect(hi, lo);
  }

  @Override
  protected void dissolve() {
    ping.disconnect(!portBound);
    addresses();
  }

  @Override
  protected void release() {
    ping.close();
  }
}
