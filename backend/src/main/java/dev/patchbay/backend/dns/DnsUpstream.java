package dev.patchbay.backend.dns;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Carries a query to a resolver of the host. */
public interface DnsUpstream {
  /** Takes what came back; called on the stack's loop. */
  @FunctionalInterface
  interface Receiver {
    /**
     * A datagram or a framed message came, or (null) the server cannot be reached. Any number of
     * times until the exchange is closed.
     */
    void received(byte @Nullable [] message);
  }

  /** An exchange under way. */
  @FunctionalInterface
  interface Exchange {
    /** Ends it: nothing is received any more, its socket is closed. */
    void close();
  }

  /**
   * Sends a query from a new socket, so that its source port cannot be guessed (RFC 5452).
   *
   * @param tcp by TCP instead of UDP
   */
  Exchange send(InetSocketAddress server, byte[] query, boolean tcp, Receiver receiver);
}
