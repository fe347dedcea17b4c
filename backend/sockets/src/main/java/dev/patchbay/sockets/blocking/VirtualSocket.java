package dev.patchbay.sockets.blocking;

import java.net.Socket;
import java.net.SocketException;

/** A {@link Socket} of the virtual network. */
final class VirtualSocket extends Socket {
  VirtualSocket(VirtualSocketImpl impl) throws SocketException {
    super(impl);
  }
}
