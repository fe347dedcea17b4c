package dev.patchbay.backend.dhcp;

/** Is told of leases: for events and forwards. Called on the loop. */
@FunctionalInterface
public interface DhcpObserver {
  /** A lease was given or renewed, released, declined, or ran out; its state says which. */
  void lease(Lease lease);
}
