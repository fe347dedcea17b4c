package dev.patchbay.stack.ip;

import dev.patchbay.stack.icmp.IcmpError;

/** The owner of a raw, ping or packet socket; called on the loop. */
public interface DatagramListener {
  /** A datagram was queued. It may be read at once. */
  void onReadable();

  /** A datagram of the socket came back as an ICMP error that concerns its user. */
  default void onError(IcmpError error) {}

  /**
   * The socket has an error that no packet brought, as of a device that went down.
   *
   * @param errno Linux's number, positive; {@code takeError} of the socket gives it too
   */
  default void onFailure(int errno) {}
}
