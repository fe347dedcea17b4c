package dev.patchbay.qemu.process;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process printed: kept whole in a file, the last {@value #KEPT} characters in memory to
 * search in, read by a thread of its own so that the process never waits for us. Places in it are
 * counted in characters from its beginning.
 */
public final class OutputLog implements Closeable {
  /** Characters kept in memory; older ones are in the file only. */
  public static final int KEPT = 16 << 20;

  private static final int TAIL_LINES = 40;

  private final Path file;
  private final InputStream source;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private final StringBuilder text = new StringBuilder();
  private long dropped;
  private boolean ended;

  private OutputLog(Path file, InputStream source) {
    this.file = file;
    this.source = source;
  }

  /**
   * Begins to read.
   *
   * @param source what the process prints
   * @param file where to keep it; its folders are made, what was in it is lost
   * @throws IOException if the file cannot be written
   */
  public static OutputLog start(InputStream source, Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    OutputStream copy = Files.newOutputStream(file);
    OutputLog log = new OutputLog(file, source);
    Thread.ofVirtual().name("output " + file.getFileName()).start(() -> log.readAll(copy));
    return log;
  }

  private void readAll(OutputStream copy) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    byte[] chunk = new byte[8192];
    ByteBuffer bytes = ByteBuffer.allocate(chunk.length + 8);
    CharBuffer chars = CharBuffer.allocate(chunk.length + 8);
    try (copy) {
      int read;
      while ((read = source.read(chunk)) >= 0) {
        copy.write(chunk, 0, read);
        copy.flush();
        bytes.put(chunk, 0, read).flip();
        decoder.decode(bytes, chars, false);
        bytes.compact();
        append(chars.flip());
        chars.clear();
      }
    } catch (IOException e) {
      append("\n[output lost: " + e.getMessage() + "]\n");
    } finally {
      end();
    }
  }

  private void append(CharSequence more) {
    lock.lock();
    try {
      text.append(more);
      if (text.length() > KEPT + KEPT / 4) {
        int cut = text.length() - KEPT;
        text.delete(0, cut);
        dropped += cut;
      }
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The file that keeps it all. */
  public Path file() {
    return file;
  }

  /** The place behind the last character so far. */
  public long position() {
    lock.lock();
    try {
      return dropped + text.length();
    } finally {
      lock.unlock();
    }
  }

  /** All that is kept in memory. */
  public String text() {
    return since(0);
  }

  /** What came behind this place, as far as it is kept. */
  public String since(long place) {
    lock.lock();
    try {
      return text.substring(index(place));
    } finally {
      lock.unlock();
    }
  }

  /** The last lines, for messages. */
  public String tail() {
    String all = text();
    int from = all.length();
    for (int lines = 0; lines <= TAIL_LINES && from > 0; lines++) {
      from = all.lastIndexOf('\n', from - 1);
    }
    return from <= 0 ? all : all.substring(from + 1);
  }

  private int index(long place) {
    return (int) Math.max(0, Math.min(place - dropped, text.length()));
  }

  /**
   * Something that was waited for.
   *
   * @param match groups of the pattern
   * @param end place behind the match, from which to look for the next
   */
  public record Found(MatchResult match, long end) {
    /** The text of a group of the pattern, 0 for all of it; empty if it took no part. */
    public String group(int number) {
      String group = match.group(number);
      return group == null ? "" : group;
    }
  }

  /**
   * Waits until a pattern is found behind a place.
   *
   * @param from where to begin, as {@link #position} tells it; 0 for the beginning
   * @throws TimeoutException if it does not come in time; the message holds the last lines
   * @throws EOFException if the output ended without it; the message holds the last lines
   */
  public Found await(Pattern pattern, long from, Duration limit)
      throws TimeoutException, EOFException, InterruptedException {
    long left = limit.toNanos();
    lock.lockInterruptibly();
    try {
      while (true) {
        Matcher matcher = pattern.matcher(text);
        if (matcher.find(index(from))) {
          return new Found(matcher.toMatchResult(), dropped + matcher.end());
        }
        if (ended) {
          throw new EOFException("output ended without '" + pattern + "':\n" + tail());
        }
        if (left <= 0) {
          throw new TimeoutException(
              "no '" + pattern + "' within " + limit.toMillis() + " ms (" + file + "):\n" + tail());
        }
        left = grown.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the end of the output.
   *
   * @return whether it ended within the limit
   */
  public boolean awaitEnd(Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lockInterruptibly();
    try {
      while (!ended && left > 0) {
        left = grown.awaitNanos(left);
      }
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Closes the source; rarely needed, since the process's end ends it. */
  @Override
  public void close() throws IOException {
    source.close();
  }
}
