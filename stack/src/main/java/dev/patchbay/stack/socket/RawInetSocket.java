package dev.patchbay.stack.socket;

import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.IpSocket;
import dev.patchbay.stack.raw.RawSocket;

/**
 * A raw socket ({@code raw_prot}, {@code rawv6_prot}). Its port is the protocol, as Linux has it.
 */
final class RawInetSocket extends IpDatagram {
  private final RawSocket raw;

  RawInetSocket(SocketLayer layer, int family, int protocol) {
    super(layer, family, SocketType.SOCK_RAW, protocol);
    raw = stack().raw().open(!isV6(), protocol, this);
    localPort = protocol;
    addHook(new RawLevel(raw));
    opened();
  }

  @Override
  IpSocket socket() {
    return raw;
  }

  @Override
  public void onError(IcmpError error) {
    icmpError(error, error.transport, 0);
  }

  @Override
  boolean isBindable() {
    return !isConnected();
  }

  @Override
  int bindTo(long hi, long lo, int port) {
    return raw.bind(hi, lo);
  }

  @Override
  int connectTo(long hi, long lo) {
    return raw.connect(hi, lo);
  }

  @Override
  protected void dissolve() {
    raw.disconnect();
    if (!addressBound) {
      raw.bind(0, anyLo());
      addresses();
    }
  }

  @Override
  protected void release() {
    raw.close();
  }
}
