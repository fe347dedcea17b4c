package dev.patchbay.stack.socket;

import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.tcp.TcpHandler;
import dev.patchbay.stack.tcp.TcpSocket;

/** Who hears of a connection whose socket was closed: nobody. */
final class Orphan implements TcpHandler {
  static final Orphan INSTANCE = new Orphan();

  private Orphan() {}

  @Override
  public void onReadable(TcpSocket socket) {}

  @Override
  public void onWritable(TcpSocket socket) {}

  @Override
  public void onClosed(TcpSocket socket, TcpError error) {}
}
