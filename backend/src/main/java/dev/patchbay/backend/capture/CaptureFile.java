package dev.patchbay.backend.capture;

import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * A file, or standard output, to which a capture is written by a thread of its own. Opening reads
 * an existing file's blocks, so it is not for the loop's thread.
 */
public final class CaptureFile implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(CaptureFile.class);

  /** Where bytes go. */
  private interface Target extends AutoCloseable {
    void write(byte[] data, int length) throws IOException;

    @Override
    void close() throws IOException;
  }

  private final String name;
  private final Target target;
  private final CountDownLatch written = new CountDownLatch(1);
  private boolean started;

  private CaptureFile(String name, Target target) {
    this.name = name;
    this.target = target;
  }

  /** What messages call it: its path, or {@code -} for standard output. */
  public String name() {
    return name;
  }

  /** A capture to standard output. */
  public static CaptureFile standardOutput(PrintStream out) {
    return new CaptureFile(
        "-",
        new Target() {
          @Override
          public void write(byte[] data, int length) throws IOException {
            out.write(data, 0, length);
            out.flush();
            if (out.checkError()) {
              throw new IOException("its reader has gone");
            }
          }

          @Override
          public void close() {}
        });
  }

  /**
   * Makes a file (mode 0600), or continues one by a new section; a block at its end that a crash
   * has left incomplete is cut off. What is no regular file (a pipe) is written to as it is.
   *
   * @param path absolute
   * @throws IOException naming the file: it is no pcapng, another capture writes to it, or it
   *     cannot be opened
   */
  public static CaptureFile open(Path path) throws IOException {
    boolean special = Files.exists(path) && !Files.isRegularFile(path);
    FileChannel channel;
    try {
      channel =
          special
              ? FileChannel.open(path, StandardOpenOption.WRITE)
              : FileChannel.open(
                  path,
                  Set.of(
                      StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                  PosixFilePermissions.asFileAttribute(
                      PosixFilePermissions.fromString("rw-------")));
    } catch (IOException e) {
      throw new IOException(path + ": " + reason(e), e);
    }
    try {
      if (!special) {
        lock(channel);
        toEnd(channel, path);
      }
      return new CaptureFile(path.toString(), target(channel));
    } catch (IOException e) {
      channel.close();
      throw new IOException(path + ": " + e.getMessage(), e);
    }
  }

  /** The JDK's file exceptions say no more than the path by themselves. */
  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException _ -> "No such file or directory";
      case java.nio.file.AccessDeniedException _ -> "Permission denied";
      case java.nio.file.FileSystemException f when f.getReason() != null -> f.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  private static void lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return; // held until the channel is closed
      }
    } catch (OverlappingFileLockException e) {
      throw new IOException("another capture is written to it", e);
    }
    throw new IOException("another process writes to it");
  }

  private static Target target(FileChannel channel) {
    return new Target() {
      @Override
      public void write(byte[] data, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(data, 0, length);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  /** Puts the channel behind the last complete block. */
  private static void toEnd(FileChannel channel, Path path) throws IOException {
    long size = channel.size();
    long end = size == 0 ? 0 : endOfBlocks(channel, size);
    if (end < size) {
      LOG.warn("{}: its last {} bytes are no complete block and are cut off", path, size - end);
      channel.truncate(end);
    }
    channel.position(end);
  }

  /** Position behind the last complete block of a pcapng file of either byte order. */
  private static long endOfBlocks(FileChannel channel, long size) throws IOException {
    Window window = new Window(channel);
    boolean little = true;
    long at = 0;
    while (size - at >= 12) {
      int type = window.i32(at, true);
      if (at == 0 && type != Pcapng.SECTION_HEADER) {
        throw new IOException("exists and is no pcapng file");
      }
      if (type == Pcapng.SECTION_HEADER) {
        int magic = window.i32(at + 8, true);
        little = magic == Pcapng.BYTE_ORDER_MAGIC;
        if (!little && magic != Integer.reverseBytes(Pcapng.BYTE_ORDER_MAGIC)) {
          throw damaged(at);
        }
      }
      long length = window.i32(at + 4, little) & 0xffffffffL;
      if (length < 12 || length % 4 != 0) {
        throw damaged(at);
      }
      if (at + length > size) {
        return broken(at);
      }
      if (window.i32(at + length - 4, little) != (int) length) {
        throw damaged(at);
      }
      at += length;
    }
    return at == 0 ? broken(0) : at;
  }

  /** What no crash while writing explains is not ours to throw away. */
  private static IOException damaged(long at) {
    return new IOException(
        at == 0 ? "exists and is no pcapng file" : "is damaged at byte " + at + "; move it away");
  }

  private static long broken(long at) throws IOException {
    if (at == 0) {
      throw new IOException("exists and is no pcapng file");
    }
    return at;
  }

  /** Reads numbers at growing positions without a system call for each. */
  private static final class Window {
    private final FileChannel channel;
    private final ByteBuffer bytes = ByteBuffer.allocate(256 * 1024).limit(0);
    private long start;

    Window(FileChannel channel) {
      this.channel = channel;
    }

    int i32(long at, boolean little) throws IOException {
      if (at < start || at + 4 > start + bytes.limit()) {
        start = at;
        bytes.clear();
        int read = 0;
        while (bytes.position() < 4 && read >= 0) {
          read = channel.read(bytes, at + bytes.position());
        }
        bytes.flip();
        if (bytes.limit() < 4) {
          throw new EOFException("it became shorter while it was read");
        }
      }
      bytes.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
      return bytes.getInt((int) (at - start));
    }
  }

  /**
   * Starts the thread that writes what the sink gets until its end.
   *
   * @param loop runs on the loop what the sink's owner has to do
   * @param failed told, on that thread, why it had to end before
   */
  void start(CaptureSink sink, Executor loop, Consumer<String> failed) {
    started = true;
    Thread thread = new Thread(() -> write(sink, loop, failed), "capture");
    thread.setDaemon(true);
    thread.start();
  }

  private void write(CaptureSink sink, Executor loop, Consumer<String> failed) {
    try (target) {
      boolean last = false;
      while (!last) {
        CaptureSink.Chunk chunk = sink.take();
        target.write(chunk.data, chunk.length);
        last = chunk.last;
        sink.giveBack(chunk);
        if (!last && sink.hasMore()) {
          loop.execute(sink::publish);
        }
      }
    } catch (RejectedExecutionException e) {
      sink.abandon(); // the loop has ended without an end of the capture
    } catch (IOException e) {
      sink.abandon();
      failed.accept(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      sink.abandon();
      Thread.currentThread().interrupt();
    } finally {
      written.countDown();
    }
  }

  /** Whether its thread has ended. */
  boolean isWritten() {
    return started && written.getCount() == 0;
  }

  /** Waits until all was written after the end; not on the loop. Returns whether it was. */
  public boolean await(long millis) throws InterruptedException {
    return !started || written.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Closes a file for which no capture was begun. */
  @Override
  public void close() throws IOException {
    if (!started) {
      target.close();
    }
  }
}
