package dev.patchbay.backend.dhcp;

import java.util.List;

/** Keeps leases over restarts. */
public interface LeaseStore {
  /** Keeps nothing. */
  LeaseStore NONE =
      new LeaseStore() {
        @Override
        public List<Lease> load() {
          return List.of();
        }

        @Override
        public void save(List<Lease> leases) {}
      };

  /** What was kept, in no order; empty where there is nothing. Called once. */
  List<Lease> load();

  /** Keeps this from now on. Called on the loop: must not block. */
  void save(List<Lease> leases);
}
