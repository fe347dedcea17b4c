package dev.patchbay.stack.ip;

import dev.patchbay.stack.icmp.IcmpError;

/** The owner of a raw, ping or packet socket; called on the loop. */
public interface DatagramListener {
  /** A datagram was queued. It may be read at once. */
  void onReadable();

  /** A datagram of the socket came back as an ICMP error that concerns its user. */
  default void onError(IcmpError error) {}
}
