package dev.patchbay.sockets.blocking;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Finds the addresses of a name, for programs inside the virtual network. The host's own resolver
 * is never asked unless the user's resolver asks it.
 */
@FunctionalInterface
public interface NameResolver {
  /**
   * Knows literal addresses alone, {@code 10.0.2.15}, {@code fd00::2}, {@code [fd00::2]}, {@code
   * fe80::2%3} (3 is the index of a device of the virtual network), and refuses all else.
   */
  NameResolver LITERALS =
      host -> {
        try {
          return List.of(StackAddresses.ofLiteral(host));
        } catch (IllegalArgumentException e) {
          UnknownHostException unknown =
              new UnknownHostException(
                  host + ": this network has no name resolver, only literal addresses are known");
          unknown.initCause(e);
          throw unknown;
        }
      };

  /**
   * The addresses of a name, at least one, the best first. Called on the thread that connects,
   * which may be blocked by it; from several threads at a time.
   *
   * @param host a name or a literal, never null
   * @throws UnknownHostException there are none
   */
  List<InetAddress> resolve(String host) throws UnknownHostException;
}
