package dev.patchbay.backend.cli;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The content of chunks (RFC 9112 section 7.1) as they come. */
final class ChunkedInput extends InputStream {
  private final InputStream in;
  private long left;
  private boolean first = true;
  private boolean ended;

  ChunkedInput(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, to.length);
    if (length == 0) {
      return 0;
    }
    if (left == 0 && !ended) {
      begin();
    }
    if (ended) {
      return -1;
    }
    int count = in.read(to, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new EOFException("it closed the connection before its answer was complete");
    }
    left -= count;
    return count;
  }

  private void begin() throws IOException {
    if (!first && !HttpReply.line(in).isEmpty()) {
      throw new IOException("its answer has a chunk of another size than said");
    }
    first = false;
    String line = HttpReply.line(in);
    int extension = line.indexOf(';');
    left = HttpReply.number((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
    if (left == 0) {
      ended = true;
      while (!HttpReply.line(in).isEmpty()) { // trailer fields
        continue;
      }
    }
  }
}
