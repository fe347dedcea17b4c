package dev.patchbay.backend.control;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a word prints over time, as lines of JSON: {@code {"stdout":…}} and {@code {"stderr":…}},
 * and {@code {"status":…}} as the last. Of what happens over time it keeps {@value #LIMIT} bytes
 * for a reader that does not read; what comes then is lost and said to be, as by a netlink socket.
 * What a word has printed that is done is never cut. On the loop.
 */
public final class ExecStream implements ByteStream {
  /** Bytes that may wait for the reader. */
  static final int LIMIT = 1 << 20;

  /** Characters of one line of a finished word. */
  private static final int PIECE = 1 << 16;

  private static final JsonMapper JSON = new JsonMapper();
  private static final String LOST =
      "netlink receive error No buffer space available (105)\n"; // as iproute2 says it

  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private int bytes;
  private boolean losing;
  private boolean last;
  private Runnable listener = () -> {};
  private Runnable onClose = () -> {};

  /** Who is told when the reader has gone. */
  public void onClose(Runnable told) {
    onClose = told;
  }

  /** Whether what is appended now may be lost, since half of the room waits for the reader. */
  public boolean isFull() {
    return bytes > LIMIT / 2;
  }

  /** Appends to standard output. */
  public void out(String text) {
    add("stdout", text);
  }

  /** Appends to standard error. */
  public void err(String text) {
    add("stderr", text);
  }

  /**
   * Appends all that a word has printed, and ends.
   *
   * @param status 0 to 255
   */
  public void finish(String out, String err, int status) {
    pieces("stdout", out);
    pieces("stderr", err);
    end(status);
  }

  private void pieces(String where, String text) {
    int from = 0;
    while (from < text.length()) {
      int to = Math.min(from + PIECE, text.length());
      if (to < text.length() && Character.isHighSurrogate(text.charAt(to - 1))) {
        to--;
      }
      put(Map.of(where, text.substring(from, to)));
      from = to;
    }
  }

  /** Ends with an exit status, 0 to 255. */
  public void end(int status) {
    put(Map.of("status", status));
    last = true;
    listener.run();
  }

  private void add(String where, String text) {
    if (last || text.isEmpty()) {
      return;
    }
    if (bytes + text.length() > LIMIT) {
      if (!losing) {
        losing = true;
        put(Map.of("stderr", LOST));
      }
      return;
    }
    losing = false;
    put(Map.of(where, text));
    listener.run();
  }

  private void put(Object line) {
    byte[] made = (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
    waiting.add(made);
    bytes += made.length;
  }

  @Override
  public void onReady(Runnable told) {
    listener = told;
    told.run();
  }

  @Override
  public byte @Nullable [] poll() {
    byte[] next = waiting.poll();
    if (next != null) {
      bytes -= next.length;
    }
    return next;
  }

  @Override
  public boolean isEnded() {
    return last && waiting.isEmpty();
  }

  @Override
  public void close() {
    listener = () -> {};
    onClose.run();
    onClose = () -> {};
  }
}
