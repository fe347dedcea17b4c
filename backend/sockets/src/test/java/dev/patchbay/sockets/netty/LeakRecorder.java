package dev.patchbay.sockets.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Netty's detector of buffers that nobody released, which keeps what it finds; a system property of
 * the tests names it.
 */
public final class LeakRecorder<T> extends ResourceLeakDetector<T> {
  private static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();

  /** As Netty wants it. */
  public LeakRecorder(Class<?> resource, int samplingInterval) {
    super(resource, samplingInterval);
  }

  /** Older form, which Netty looks for too. */
  public LeakRecorder(Class<?> resource, int samplingInterval, long maxActive) {
    super(resource, samplingInterval);
  }

  /**
   * Fails where a buffer was lost since the last call.
   *
   * @throws IllegalStateException telling where it was touched last
   */
  static void check() {
    System.gc();
    // lost ones are noticed when the next one is made
    ByteBufAllocator.DEFAULT.buffer(1).release();
    String leak = FOUND.poll();
    if (leak != null) {
      throw new IllegalStateException(leak);
    }
  }

  @Override
  protected boolean needReport() {
    return true;
  }

  @Override
  protected void reportTracedLeak(String resource, String records) {
    FOUND.add(resource + records);
  }

  @Override
  protected void reportUntracedLeak(String resource) {
    FOUND.add(resource);
  }
}
