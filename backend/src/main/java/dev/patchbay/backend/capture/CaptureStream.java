package dev.patchbay.backend.capture;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What one reader on the loop gets of a capture: a section of pcapng in pieces. */
public final class CaptureStream implements AutoCloseable {
  private final CaptureSink sink;
  private final Runnable gone;
  private boolean ended;

  CaptureStream(CaptureSink sink, Runnable gone) {
    this.sink = sink;
    this.gone = gone;
  }

  /** Who is told when there is something to take. */
  public void onReady(Runnable listener) {
    sink.onReady(listener);
    sink.publish();
  }

  /** The next bytes, or null where there are none now. */
  public byte @Nullable [] poll() {
    CaptureSink.Chunk chunk = sink.poll();
    if (chunk == null && sink.hasMore()) {
      sink.publish();
      chunk = sink.poll();
    }
    if (chunk == null) {
      return null;
    }
    byte[] bytes = Arrays.copyOf(chunk.data, chunk.length);
    ended = chunk.last;
    sink.giveBack(chunk);
    return bytes;
  }

  /** Whether the last bytes were taken. */
  public boolean isEnded() {
    return ended;
  }

  /** The reader has gone. */
  @Override
  public void close() {
    sink.onReady(() -> {});
    gone.run();
  }
}
