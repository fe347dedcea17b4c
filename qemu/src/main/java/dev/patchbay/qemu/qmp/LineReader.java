package dev.patchbay.qemu.qmp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Lines of UTF-8 out of a blocking channel, bounded in length; CR before LF is left to the caller.
 */
final class LineReader {
  private final ReadableByteChannel channel;
  private final int longest;
  private final ByteBuffer buffer = ByteBuffer.allocate(16 << 10).limit(0);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  LineReader(ReadableByteChannel channel, int longest) {
    this.channel = channel;
    this.longest = longest;
  }

  /**
   * The next line without its LF, or null at the end of the stream (an unfinished last line is
   * lost).
   *
   * @throws IOException if the line is longer than allowed, or the channel fails
   */
  @Nullable String next() throws IOException {
    line.reset();
    while (true) {
      while (buffer.hasRemaining()) {
        byte b = buffer.get();
        if (b == '\n') {
          return line.toString(StandardCharsets.UTF_8);
        }
        line.write(b);
      }
      if (line.size() > longest) {
        throw new IOException("not QMP: a line of more than " + longest + " bytes");
      }
      buffer.clear();
      int read = channel.read(buffer);
      buffer.flip();
      if (read < 0) {
        return null;
      }
    }
  }
}
