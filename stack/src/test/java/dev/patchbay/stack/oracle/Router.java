package dev.patchbay.stack.oracle;

import java.io.IOException;
import java.util.List;

/** One that forwards, of whatever make, with the ports p0, p1, …, which have fixed addresses. */
interface Router extends AutoCloseable {
  /** Ports of each router. */
  int PORTS = 4;

  /** A frame that came out of a port. */
  record Out(int port, byte[] frame) {}

  /** MAC of port pN. */
  static long mac(int port) {
    return 0x0200_0000_0100L | port;
  }

  /** Begins afresh with nothing but the ports, down, and runs the words of a topology. */
  void begin(Topology topology) throws IOException;

  /**
   * A frame comes in by a port.
   *
   * @return all that comes out for it, each port's in order
   */
  List<Out> send(int port, byte[] frame) throws IOException;

  @Override
  void close() throws IOException;
}
