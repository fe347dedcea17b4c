package dev.patchbay.sockets.blocking;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/** Listening sockets of the virtual network. */
final class VirtualServerSocketFactory extends ServerSocketFactory {
  private static final int BACKLOG = 50;

  private final BlockingNetwork network;

  VirtualServerSocketFactory(BlockingNetwork network) {
    this.network = network;
  }

  @Override
  public ServerSocket createServerSocket() throws IOException {
    return new VirtualServerSocket(network);
  }

  @Override
  public ServerSocket createServerSocket(int port) throws IOException {
    return createServerSocket(port, BACKLOG, null);
  }

  @Override
  public ServerSocket createServerSocket(int port, int backlog) throws IOException {
    return createServerSocket(port, backlog, null);
  }

  @Override
  public ServerSocket createServerSocket(int port, int backlog, @Nullable InetAddress at)
      throws IOException {
    ServerSocket socket = createServerSocket();
    try {
      socket.bind(new InetSocketAddress(at, port), backlog);
      return socket;
    } catch (Throwable e) {
      socket.close();
      throw e;
    }
  }
}
