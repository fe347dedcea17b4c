package dev.patchbay.stack.oracle.rules;

import java.io.IOException;
import java.util.List;

/** A router with rules, of whatever make, as {@link Place} has it. */
public interface Filter extends AutoCloseable {
  /** A frame that came out of a port. */
  record Out(int port, byte[] frame) {}

  /**
   * Puts rules in the place of all that were there, and forgets all connections.
   *
   * @param four a file for {@code iptables-restore}
   * @param six one for {@code ip6tables-restore}
   * @return what was said against it; empty where it was taken
   */
  String load(String four, String six) throws IOException;

  /**
   * A frame comes in by a port.
   *
   * @return all that comes out for it
   */
  List<Out> send(int port, byte[] frame) throws IOException;

  /** What {@code iptables-save -c} or {@code ip6tables-save -c} prints. */
  String saved(boolean v4) throws IOException;

  /** What {@code conntrack -L -o extended} of a family prints. */
  String tracked(boolean v4) throws IOException;

  @Override
  void close() throws IOException;
}
