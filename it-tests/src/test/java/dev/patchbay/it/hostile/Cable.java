package dev.patchbay.it.hostile;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** QEMU's end of a stream, played by the test: all that comes is read at once. */
final class Cable implements AutoCloseable {
  private static final int LONGEST = 69632;
  private static final int KEPT = 4096;

  private final SocketChannel channel;
  private final ByteBuffer out = ByteBuffer.allocateDirect(256 << 10);
  private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>(KEPT);
  private final Thread reader;
  private volatile boolean ended;

  Cable(Path plug) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(plug));
    reader = Thread.ofPlatform().daemon().name("cable " + plug.getFileName()).start(this::read);
  }

  /** Puts a frame, its length before it, behind those that wait for {@link #flush}. */
  void send(byte[] frame) throws IOException {
    if (out.remaining() < frame.length + 4) {
      flush();
    }
    out.putInt(frame.length).put(frame);
  }

  /** Puts bytes that need not be frames. */
  void raw(byte[] bytes) throws IOException {
    if (out.remaining() < bytes.length) {
      flush();
    }
    out.put(bytes);
  }

  /**
   * Sends what waits.
   *
   * @throws IOException if the daemon has closed the connection
   */
  void flush() throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
    out.clear();
  }

  /** Waits for a frame that is as expected, others are passed over; null if none comes. */
  byte @Nullable [] await(Predicate<byte[]> expected, long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (true) {
      byte[] frame = received.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (frame == null || expected.test(frame)) {
        return frame;
      }
    }
  }

  /** Whether the daemon ended the connection, or sent what is no stream of frames. */
  boolean ended() {
    return ended;
  }

  private void read() {
    ByteBuffer in = ByteBuffer.allocateDirect(1 << 20);
    try {
      while (channel.read(in) >= 0) {
        in.flip();
        while (in.remaining() >= 4 && in.remaining() - 4 >= in.getInt(in.position())) {
          int length = in.getInt();
          if (length < 1 || length > LONGEST) {
            throw new IOException("the daemon sent a length of " + length);
          }
          byte[] frame = new byte[length];
          in.get(frame);
          received.offer(frame); // what nobody waits for may go
        }
        in.compact();
      }
    } catch (IOException _) {
      // closed by one side or the other
    } finally {
      ended = true;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
