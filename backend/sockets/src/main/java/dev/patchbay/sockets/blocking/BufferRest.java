package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Message;

/** The buffers of a message of which some bytes are done. */
final class BufferRest {
  private static final byte[] NONE = {};

  private BufferRest() {}

  /** Makes {@code rest} the buffers of {@code whole} behind the first {@code done} bytes. */
  static void of(Message whole, int done, Message rest) {
    rest.buffer(NONE, 0, 0);
    rest.name = whole.name;
    rest.control = whole.control;
    int skip = done;
    for (int i = 0; i < whole.count(); i++) {
      int part = Math.min(skip, whole.length(i));
      rest.addBuffer(whole.array(i), whole.offset(i) + part, whole.length(i) - part);
      skip -= part;
    }
  }
}
