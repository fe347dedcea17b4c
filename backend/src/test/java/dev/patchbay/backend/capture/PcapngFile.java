package dev.patchbay.backend.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads pcapng back, by the draft and not by our writer's constants. */
final class PcapngFile {
  /** An interface of a section. */
  record Interface(int linkType, String name, Map<Integer, byte[]> options) {}

  /** A packet. */
  record Frame(int section, Interface from, long time, byte[] data, Map<Integer, byte[]> options) {
    String comment() {
      byte[] text = options.get(1);
      return text == null ? "" : new String(text, StandardCharsets.UTF_8);
    }

    /** 1 in, 2 out, 0 not told. */
    int direction() {
      byte[] flags = options.get(2);
      return flags == null ? 0 : flags[0] & 3;
    }

    long dropCount() {
      byte[] count = options.get(4);
      return count == null ? 0 : number(count);
    }
  }

  /** Statistics of an interface. */
  record Statistics(Interface from, long received, long dropped) {}

  final List<List<Interface>> sections = new ArrayList<>();
  final List<Frame> frames = new ArrayList<>();
  final List<Statistics> statistics = new ArrayList<>();

  private PcapngFile() {}

  static long number(byte[] value) {
    return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  static PcapngFile parse(byte[] bytes) {
    PcapngFile file = new PcapngFile();
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      int start = in.position();
      int type = in.getInt();
      int length = in.getInt();
      assertThat(length % 4).isZero();
      assertThat(in.getInt(start + length - 4)).as("both lengths").isEqualTo(length);
      file.block(type, in.slice(start + 8, length - 12).order(ByteOrder.LITTLE_ENDIAN));
      in.position(start + length);
    }
    return file;
  }

  private List<Interface> interfaces() {
    return sections.getLast();
  }

  private void block(int type, ByteBuffer in) {
    switch (type) {
      case 0x0a0d0d0a -> {
        assertThat(in.getInt()).isEqualTo(0x1a2b3c4d);
        assertThat(in.getShort()).isEqualTo((short) 1);
        assertThat(in.getShort()).isZero();
        assertThat(in.getLong()).isEqualTo(-1);
        options(in);
        sections.add(new ArrayList<>());
      }
      case 1 -> {
        int link = in.getShort();
        assertThat(in.getShort()).isZero();
        in.getInt();
        Map<Integer, byte[]> options = options(in);
        assertThat(options.get(9)).as("nanoseconds").containsExactly(9);
        String name = new String(options.get(2), StandardCharsets.UTF_8);
        interfaces().add(new Interface(link, name, options));
      }
      case 6 -> {
        Interface from = interfaces().get(in.getInt());
        long time = (long) in.getInt() << 32 | in.getInt() & 0xffffffffL;
        byte[] data = new byte[in.getInt()];
        assertThat(in.getInt()).as("whole").isEqualTo(data.length);
        in.get(data);
        in.position(in.position() + (-data.length & 3));
        frames.add(new Frame(sections.size(), from, time, data, options(in)));
      }
      case 5 -> {
        Interface from = interfaces().get(in.getInt());
        in.getLong();
        Map<Integer, byte[]> options = options(in);
        statistics.add(new Statistics(from, number(options.get(4)), number(options.get(5))));
      }
      default -> throw new AssertionError("unknown block " + type);
    }
  }

  private static Map<Integer, byte[]> options(ByteBuffer in) {
    Map<Integer, byte[]> options = new TreeMap<>();
    while (in.hasRemaining()) {
      int code = in.getShort();
      byte[] value = new byte[in.getShort()];
      if (code == 0) {
        assertThat(in.hasRemaining()).as("nothing after the options").isFalse();
        break;
      }
      in.get(value);
      in.position(in.position() + (-value.length & 3));
      options.put(code, value);
    }
    return options;
  }

  /** The frames, in one line each: {@code net0 in 42 comment}. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Frame frame : frames) {
      String way = List.of("?", "in", "out").get(frame.direction());
      String comment = frame.comment().isEmpty() ? "" : " " + frame.comment();
      lines.add(frame.from().name() + " " + way + " " + frame.data().length + comment);
    }
    return lines;
  }

  static byte[] concat(List<byte[]> pieces) {
    int length = pieces.stream().mapToInt(p -> p.length).sum();
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] piece : pieces) {
      System.arraycopy(piece, 0, all, at, piece.length);
      at += piece.length;
    }
    return Arrays.copyOf(all, at);
  }
}
