package dev.patchbay.backend.cli;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTTP/1.1 answer (RFC 9112), its body by Content-Length, in chunks, or until the end.
 *
 * @param status 200 to 599
 * @param body the bytes of the content
 */
public record HttpReply(int status, byte[] body) {
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([0-9]{3})(?: .*)?");

  /** Longest line of the head in bytes. */
  private static final int MAX_LINE = 8192;

  private static final int MAX_LINES = 100;

  /** Longest body in bytes: a listing of a million entries is far below. */
  private static final long MAX_BODY = 1L << 30;

  /** The body as UTF-8. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /**
   * An answer of which the content is still to come.
   *
   * @param length of the content in bytes, -1 where it was not said
   */
  record Head(int status, long length, boolean chunked) {
    /** The content as it comes. */
    InputStream content(InputStream in) throws IOException {
      if (status == 204 || status == 304) {
        return InputStream.nullInputStream();
      }
      if (chunked) { // it goes before Content-Length (RFC 9112 section 6.3)
        return new ChunkedInput(in);
      }
      return length < 0 ? in : new ByteArrayInputStream(exactly(in, length));
    }
  }

  /**
   * Reads one answer; interim ones (1xx) are passed over.
   *
   * @throws IOException for an answer that ends too early or is none
   */
  static HttpReply read(InputStream in) throws IOException {
    Head head = head(in);
    byte[] content = head.content(in).readNBytes((int) MAX_BODY);
    if (content.length == MAX_BODY) {
      throw new IOException("its answer is too long");
    }
    return new HttpReply(head.status(), content);
  }

  /** Reads all before the content. */
  static Head head(InputStream in) throws IOException {
    int status;
    long length;
    boolean chunked;
    do {
      String first = line(in);
      Matcher matcher = STATUS.matcher(first);
      if (!matcher.matches()) {
        throw new IOException("its answer is not HTTP: '" + first + "'");
      }
      status = Integer.parseInt(matcher.group(1));
      length = -1;
      chunked = false;
      int lines = 0;
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        if (++lines > MAX_LINES) {
          throw new IOException("its answer has too many header fields");
        }
        String lower = line.toLowerCase(Locale.ROOT);
        int colon = lower.indexOf(':');
        String name = colon < 0 ? "" : lower.substring(0, colon);
        String value = lower.substring(colon + 1).strip();
        if (name.equals("content-length")) {
          length = number(value, 10);
        } else if (name.equals("transfer-encoding")) {
          chunked = value.endsWith("chunked");
        }
      }
    } while (status < 200);
    return new Head(status, length, chunked);
  }

  static long number(String text, int radix) throws IOException {
    try {
      long value = Long.parseLong(text, radix);
      if (value >= 0 && value <= MAX_BODY) {
        return value;
      }
    } catch (NumberFormatException e) {
      // below
    }
    throw new IOException("its answer has the length '" + text + "'");
  }

  private static byte[] exactly(InputStream in, long length) throws IOException {
    byte[] bytes = in.readNBytes((int) length);
    if (bytes.length < length) {
      throw new EOFException("it closed the connection before its answer was complete");
    }
    return bytes;
  }

  static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("it closed the connection before its answer was complete");
      }
      if (line.length() == MAX_LINE) {
        throw new IOException("its answer has a line that is too long");
      }
      line.append((char) c);
    }
    int end = line.length();
    return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
  }
}
