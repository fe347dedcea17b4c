package dev.patchbay.qemu.qtest;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Drives a machine by qtest, one command after the other. For one thread. */
public final class QtestClient implements AutoCloseable {
  private final ByteChannel channel;
  private final ByteBuffer in = ByteBuffer.allocate(65_536).flip();
  private final StringBuilder line = new StringBuilder();
  private final BitSet raised = new BitSet();
  private final List<String> edges = new ArrayList<>();

  /** A client on a connected, blocking channel; it closes it. */
  public QtestClient(ByteChannel channel) {
    this.channel = channel;
  }

  /**
   * Sends a command and waits for its answer.
   *
   * @return what follows OK, without the blank
   * @throws QtestException if it is not OK
   * @throws EOFException if the other side has closed
   */
  public String command(String words) throws IOException {
    ByteBuffer out = ByteBuffer.wrap((words + "\n").getBytes(StandardCharsets.ISO_8859_1));
    while (out.hasRemaining()) {
      channel.write(out);
    }
    String answer = readLine();
    while (answer.startsWith("IRQ ")) {
      interrupt(answer);
      answer = readLine();
    }
    if (!answer.equals("OK") && !answer.startsWith("OK ")) {
      throw new QtestException(words, answer);
    }
    return answer.length() > 3 ? answer.substring(3) : "";
  }

  private void interrupt(String text) {
    String[] words = text.split(" ", -1);
    int number = Integer.parseInt(words[2]);
    boolean up = words[1].equals("raise");
    // QEMU tells each change of a line's value, also from one that is not 0 to another
    if (raised.get(number) != up) {
      raised.set(number, up);
      edges.add(words[1] + " " + number);
    }
  }

  private String readLine() throws IOException {
    line.setLength(0);
    while (true) {
      if (!in.hasRemaining()) {
        in.clear();
        if (channel.read(in) < 0) {
          throw new EOFException("qtest: the other side has closed");
        }
        in.flip();
      }
      char c = (char) in.get();
      if (c == '\n') {
        return line.toString();
      }
      if (c != '\r') {
        line.append(c);
      }
    }
  }

  /** Reads a register or memory, 1, 2, 4 or 8 bytes. */
  public long read(long address, int width) throws IOException {
    return Hex.number(command("read" + letter(width) + " 0x" + Long.toHexString(address)));
  }

  /** Writes a register or memory, 1, 2, 4 or 8 bytes. */
  public void write(long address, int width, long value) throws IOException {
    String at = " 0x" + Long.toHexString(address) + " 0x" + Long.toHexString(value);
    command("write" + letter(width) + at);
  }

  private static char letter(int width) {
    return switch (width) {
      case 1 -> 'b';
      case 2 -> 'w';
      case 4 -> 'l';
      case 8 -> 'q';
      default -> throw new IllegalArgumentException("width: " + width + ", expected 1, 2, 4 or 8");
    };
  }

  /** Reads memory. */
  public byte[] readMemory(long address, int length) throws IOException {
    byte[] bytes = new byte[length];
    if (length > 0) {
      String at = "read 0x" + Long.toHexString(address) + " 0x" + Integer.toHexString(length);
      Hex.parse(command(at), bytes, length);
    }
    return bytes;
  }

  /** Writes memory. */
  public void writeMemory(long address, byte[] bytes) throws IOException {
    if (bytes.length > 0) {
      StringBuilder words = new StringBuilder("write 0x").append(Long.toHexString(address));
      words.append(" 0x").append(Integer.toHexString(bytes.length)).append(" 0x");
      Hex.append(words, bytes, bytes.length);
      command(words.toString());
    }
  }

  /** Fills memory. */
  public void fillMemory(long address, int length, int value) throws IOException {
    String at = "memset 0x" + Long.toHexString(address) + " 0x" + Integer.toHexString(length);
    command(at + " 0x" + Integer.toHexString(value & 0xff));
  }

  /** Steps the virtual clock by this many ns; only with {@code -accel qtest}. */
  public long clockStep(long nanos) throws IOException {
    return Hex.number(command("clock_step " + nanos));
  }

  /** Asks to be told of interrupts that come in at a device, as an interrupt controller. */
  public void interceptIn(String device) throws IOException {
    command("irq_intercept_in " + device);
  }

  /** Asks to be told of interrupts that go out of a device by its lines of this name. */
  public void interceptOut(String device, String name) throws IOException {
    command("irq_intercept_out " + device + " " + name);
  }

  /** Whether an intercepted line is raised, as of the last answer. */
  public boolean isRaised(int number) {
    return raised.get(number);
  }

  /** Takes what changed on intercepted lines so far: {@code raise 2}, {@code lower 2}. */
  public List<String> takeEdges() {
    List<String> taken = List.copyOf(edges);
    edges.clear();
    return taken;
  }

  /** Closes the channel; a QEMU at the other end lives on. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
