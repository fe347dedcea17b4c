package dev.patchbay.stack.admin;

import org.jspecify.annotations.Nullable;

/** Names of ports, as {@code /etc/services} has them; the stack itself knows none. */
public interface PortNames {
  /** No names at all. */
  PortNames NONE =
      new PortNames() {
        @Override
        public @Nullable String name(int port, String protocol) {
          return null;
        }

        @Override
        public int port(String name, String protocol) {
          return -1;
        }
      };

  /**
   * The name of a port.
   *
   * @param protocol {@code tcp} or {@code udp}
   * @return null where it has none
   */
  @Nullable String name(int port, String protocol);

  /** The port of that name or alias, -1 where there is none. */
  int port(String name, String protocol);
}
