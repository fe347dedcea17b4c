package dev.patchbay.sockets.blocking;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;

/** A {@link ServerSocket} of the virtual network: it accepts {@link VirtualSocket}s. */
final class VirtualServerSocket extends ServerSocket {
  private final BlockingNetwork network;

  VirtualServerSocket(BlockingNetwork network) {
    super(new VirtualSocketImpl(network, true));
    this.network = network;
  }

  @Override
  public Socket accept() throws IOException {
    if (isClosed()) {
      throw new SocketException("Socket is closed");
    }
    if (!isBound()) {
      throw new SocketException("Socket is not bound yet");
    }
    Socket accepted = new VirtualSocket(new VirtualSocketImpl(network, false));
    implAccept(accepted);
    return accepted;
  }
}
