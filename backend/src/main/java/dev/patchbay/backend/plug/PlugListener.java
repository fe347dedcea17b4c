package dev.patchbay.backend.plug;

/** Is told of a plug's life, on the loop and within a turn. */
public interface PlugListener {
  /** Hears nothing. */
  PlugListener NONE = new PlugListener() {};

  /**
   * A machine is plugged in: the stream is connected, or (datagrams) the first frame has come, or
   * the TAP is open.
   */
  default void attached(Plug plug) {}

  /**
   * The machine is gone.
   *
   * @param reason for people: {@code "end of stream"}, {@code "Connection reset by peer"}, {@code
   *     "invalid frame length …"}
   */
  default void detached(Plug plug, String reason) {}

  /**
   * The machine has read nothing for {@link StallWatch#INTERVAL} ns although frames wait for it.
   */
  default void stalled(Plug plug) {}

  /** The machine's NC-SI channel was configured, or is no longer. */
  default void ncsi(Plug plug, boolean configured) {}
}
