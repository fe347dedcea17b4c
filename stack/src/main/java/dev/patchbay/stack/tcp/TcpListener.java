package dev.patchbay.stack.tcp;

import org.jspecify.annotations.Nullable;

/** A port that takes connections. */
public final class TcpListener {
  final TcpEngine engine;
  final LocalEnd end;
  final PortTable.@Nullable Binding binding;
  final TcpAcceptor acceptor;
  @Nullable TcpListener next;
  private boolean closed;

  /** Its acceptor has parked a SYN before: the limits of parked ones hold. */
  boolean parks;

  /** Its acceptor has decided at once before, and never parked: cookies may be sent. */
  boolean decides;

  /** Its user has no room for more half-open connections: SYNs get cookies. */
  boolean full;

  /**
   * @param binding what is given back at the end, null where it is the user's
   */
  TcpListener(
      TcpEngine engine, LocalEnd end, PortTable.@Nullable Binding binding, TcpAcceptor acceptor) {
    this.engine = engine;
    this.end = end;
    this.binding = binding;
    this.acceptor = acceptor;
  }

  /**
   * Its user has no room for more half-open connections: SYNs are answered by cookies, or not at
   * all where those are off ({@code inet_csk_reqsk_queue_is_full}).
   */
  public void full(boolean value) {
    full = value;
  }

  /** Address it listens on, high half. */
  public long localHi() {
    return end.hi();
  }

  /** Address it listens on, low half; 0 with high half 0: all addresses of both families. */
  public long localLo() {
    return end.lo();
  }

  /** Port it listens on. */
  public int localPort() {
    return end.port();
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
