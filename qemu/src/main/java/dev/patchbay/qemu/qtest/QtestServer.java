package dev.patchbay.qemu.qtest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

/** Serves a {@link QtestMachine} to one client. */
public final class QtestServer {
  private final QtestMachine machine;

  /** A server of this machine. */
  public QtestServer(QtestMachine machine) {
    this.machine = machine;
  }

  /**
   * Answers commands until the client closes; the machine keeps its state for the next one.
   *
   * @param channel connected and blocking; not closed
   * @throws IOException if the connection breaks, or the client sends a line without end
   */
  public void serve(ByteChannel channel) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(65_536);
    QtestSession session = new QtestSession(machine);
    while (channel.read(in) >= 0) {
      in.flip();
      while (in.hasRemaining()) {
        send(channel, session.next(in));
      }
      in.clear();
    }
  }

  private static void send(ByteChannel channel, String text) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }
}
