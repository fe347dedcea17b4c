package dev.patchbay.backend.uplink;

/** Ports of the host on which an instance of this user listens for what no guest may reach. */
@FunctionalInterface
public interface SelfPorts {
  /** None. */
  SelfPorts NONE = (tcp, hi, lo, port) -> false;

  /**
   * Whether a connection from here to that address of the host would reach a plug, QMP, qtest, web
   * or metrics listener of any instance of this user. Wildcard binds count for each address of the
   * host. Called for each new flow, on the loop: it must not block.
   *
   * @param tcp TCP, else UDP
   * @param hi address, high half
   * @param lo address, low half; IPv4 in mapped form
   */
  boolean isOurs(boolean tcp, long hi, long lo, int port);
}
