package dev.patchbay.backend.uplink;

import dev.patchbay.backend.config.Forward;
import dev.patchbay.stack.ip.IpAddress;
import org.jspecify.annotations.Nullable;

/** Finds the guest of a forward; asked for each connection, since guests change their addresses. */
@FunctionalInterface
public interface GuestResolver {
  /** The newest address of that guest which we can reach, or null where there is none now. */
  @Nullable IpAddress resolve(Forward.Guest guest);
}
