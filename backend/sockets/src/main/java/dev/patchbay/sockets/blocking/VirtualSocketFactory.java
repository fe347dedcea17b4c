package dev.patchbay.sockets.blocking;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** Sockets of the virtual network for libraries that take a {@link SocketFactory}. */
final class VirtualSocketFactory extends SocketFactory {
  private final BlockingNetwork network;

  VirtualSocketFactory(BlockingNetwork network) {
    this.network = network;
  }

  @Override
  public Socket createSocket() throws IOException {
    return new VirtualSocket(new VirtualSocketImpl(network, false));
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connect(InetSocketAddress.createUnresolved(host, port), null);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connect(
        InetSocketAddress.createUnresolved(host, port),
        new InetSocketAddress(localHost, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connect(new InetSocketAddress(host, port), null);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connect(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
  }

  private Socket connect(SocketAddress to, @Nullable SocketAddress from) throws IOException {
    Socket socket = createSocket();
    try {
      if (from != null) {
        socket.bind(from);
      }
      socket.connect(to);
      return socket;
    } catch (Throwable e) {
      socket.close();
      throw e;
    }
  }
}
