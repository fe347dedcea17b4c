package dev.patchbay.backend.plug;

import dev.patchbay.backend.sys.DatagramReader;
import dev.patchbay.backend.sys.DatagramWriter;
import dev.patchbay.backend.sys.NativeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Memory between calls that all plugs of a loop share; what only datagrams need is made when the
 * first one wants it.
 */
final class PlugBuffers implements AutoCloseable {
  /** Most bytes of one write to a stream. */
  static final int SCRATCH = 256 * 1024;

  /** Datagrams per system call. */
  static final int BURST = 64;

  private static final int WRITER_BYTES = 512 * 1024;

  /** Holds nothing from one use to the next. */
  final NativeBuffer scratch = new NativeBuffer(SCRATCH);

  private @Nullable DatagramReader reader;
  private @Nullable DatagramWriter writer;

  DatagramReader reader() {
    DatagramReader made = reader;
    if (made == null) {
      made = new DatagramReader(BURST, FrameParser.MAX_FRAME);
      reader = made;
    }
    return made;
  }

  /** Empty between uses. */
  DatagramWriter writer() {
    DatagramWriter made = writer;
    if (made == null) {
      made = new DatagramWriter(BURST, WRITER_BYTES);
      writer = made;
    }
    return made;
  }

  @Override
  public void close() {
    scratch.close();
    if (reader != null) {
      reader.close();
    }
    if (writer != null) {
      writer.close();
    }
  }
}
