package dev.patchbay.backend.control;

import org.jspecify.annotations.Nullable;

/** Bytes that come over time, for one client. All methods on the loop, within a turn. */
public interface ByteStream extends AutoCloseable {
  /** Who is told, on the loop, when {@link #poll} may have something; at once if it has. */
  void onReady(Runnable listener);

  /** The next bytes, or null where there are none now. */
  byte @Nullable [] poll();

  /** Whether {@link #poll} has given the last. */
  boolean isEnded();

  /** The client has gone, or has all. */
  @Override
  void close();
}
