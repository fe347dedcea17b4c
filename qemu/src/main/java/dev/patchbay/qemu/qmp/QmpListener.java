package dev.patchbay.qemu.qmp;

/**
 * Is told what happens on a QMP connection, on the connection's own threads: a listener must not
 * wait, least of all for an answer of the same client, which only the thread that calls it could
 * deliver.
 */
public interface QmpListener {
  /** QEMU sent an event. */
  default void event(QmpEvent event) {}

  /** A connection stands and commands are possible; called before the first command goes out. */
  default void connected(QemuVersion version) {}

  /**
   * The connection ended.
   *
   * @param reason why, for a log line
   */
  default void disconnected(String reason) {}
}
