package dev.patchbay.stack.tcp;

import org.jspecify.annotations.Nullable;

/** A port that takes connections. */
public final class TcpListener {
  final TcpEngine engine;
  final long hi;
  final long lo;
  final int port;
  final TcpAcceptor acceptor;
  @Nullable TcpListener next;
  private boolean closed;

  /** Its acceptor has parked a SYN before: the limits of parked ones hold. */
  boolean parks;

  /** Its acceptor has decided at once before, and never parked: cookies may be sent. */
  boolean decides;

  TcpListener(TcpEngine engine, long hi, long lo, int port, TcpAcceptor acceptor) {
    this.engine = engine;
    this.hi = hi;
    this.lo = lo;
    this.port = port;
    this.acceptor = acceptor;
  }

  /** Address it listens on, high half. */
  public long localHi() {
    return hi;
  }

  /** Address it listens on, low half; 0 with high half 0: all addresses of both families. */
  public long localLo() {
    return lo;
  }

  /** Port it listens on. */
  public int localPort() {
    return port;
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed;
  }

  /** Takes no more connections. Those accepted or parked live on. */
  public void close() {
    if (!closed) {
      closed = true;
      engine.removeListener(this);
    }
  }
}
