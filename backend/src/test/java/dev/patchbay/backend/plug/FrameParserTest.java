package dev.patchbay.backend.plug;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameParserTest {
  private static final int MAX = 100;

  private static byte[] frame(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (length + i);
    }
    return bytes;
  }

  private static byte[] stream(int... lengths) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int length : lengths) {
      out.writeBytes(new byte[] {0, 0, (byte) (length >> 8), (byte) length});
      out.writeBytes(frame(length));
    }
    return out.toByteArray();
  }

  /**
   * Feeds bytes as the plug does, never more than there is room; returns the frames, or null after
   * garbage.
   */
  private static boolean feed(
      FrameParser parser, byte[] bytes, int from, int to, List<String> frames) {
    int at = from;
    while (at < to) {
      int n = Math.min(to - at, parser.room());
      assertThat(n).isPositive();
      System.arraycopy(bytes, at, parser.buffer(), parser.writeAt(), n);
      parser.filled(n);
      at += n;
      int length = parser.next();
      for (; length > 0; length = parser.next()) {
        int start = parser.frameAt();
        frames.add(HexFormat.of().formatHex(parser.buffer(), start, start + length));
      }
      if (length == FrameParser.GARBAGE) {
        return false;
      }
    }
    return true;
  }

  @Test
  void everySplitIntoTwoAndThreeReadsGivesTheSameFrames() {
    byte[] bytes = stream(14, 0, 1, 60, 0, 0, MAX);
    List<String> expected =
        Arrays.stream(new int[] {14, 1, 60, MAX})
            .mapToObj(n -> HexFormat.of().formatHex(frame(n)))
            .toList();
    FrameParser parser = new FrameParser(MAX + 4, MAX);
    for (int a = 0; a <= bytes.length; a++) {
      for (int b = a; b <= bytes.length; b++) {
        parser.reset();
        List<String> got = new ArrayList<>();
        assertThat(feed(parser, bytes, 0, a, got)).isTrue();
        assertThat(feed(parser, bytes, a, b, got)).isTrue();
        assertThat(feed(parser, bytes, b, bytes.length, got)).isTrue();
        assertThat(got).as("split at %d and %d", a, b).isEqualTo(expected);
        assertThat(parser.pending()).isZero();
      }
    }
    assertThat(parser.emptyFrames() % 3).isZero();
  }

  @Test
  void aLengthAboveTheLimitIsGarbageAndStaysSo() {
    FrameParser parser = new FrameParser(4096, MAX);
    List<String> got = new ArrayList<>();
    byte[] http = "GET / HTTP/1.1\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    assertThat(feed(parser, http, 0, 3, got)).isTrue();
    assertThat(feed(parser, http, 3, http.length, got)).isFalse();
    assertThat(parser.badLength()).isEqualTo(0x47455420L);
    assertThat(parser.next()).isEqualTo(FrameParser.GARBAGE);
    parser.reset();
    assertThat(feed(parser, stream(MAX), 0, MAX + 4, got)).isTrue();
    assertThat(feed(parser, stream(MAX + 1), 0, 4, got)).isFalse();
    parser.reset();
    assertThat(feed(parser, new byte[] {-1, -1, -1, -1}, 0, 4, got)).isFalse();
    assertThat(got).hasSize(1);
  }

  @Test
  void theFollowingFrameIsKnownBeforeItIsTaken() {
    FrameParser parser = new FrameParser(4096, MAX);
    byte[] bytes = stream(20, 30, 0, 40);
    System.arraycopy(bytes, 0, parser.buffer(), 0, bytes.length);
    parser.filled(bytes.length - 1);
    assertThat(parser.next()).isEqualTo(20);
    assertThat(parser.following()).isEqualTo(30);
    int at = parser.followingAt();
    assertThat(parser.next()).isEqualTo(30);
    assertThat(parser.frameAt()).isEqualTo(at);
    assertThat(parser.following()).as("one of length 0 is next's to count").isZero();
    assertThat(parser.next()).as("a byte is missing").isEqualTo(FrameParser.MORE);
    assertThat(parser.following()).isZero();
    parser.filled(1);
    assertThat(parser.next()).isEqualTo(40);
    assertThat(parser.following()).isZero();
  }

  @Test
  void whatFollowsGarbageIsNoFrame() {
    FrameParser parser = new FrameParser(4096, MAX);
    byte[] bytes = stream(20, MAX + 1, 20);
    System.arraycopy(bytes, 0, parser.buffer(), 0, bytes.length);
    parser.filled(bytes.length);
    assertThat(parser.next()).isEqualTo(20);
    assertThat(parser.following()).isZero();
    assertThat(parser.next()).isEqualTo(FrameParser.GARBAGE);
    assertThat(parser.following()).isZero();
  }

  @Test
  void randomBytesNeverLeadOutsideTheBuffer() {
    Random random = new Random(1);
    FrameParser parser = new FrameParser(512, MAX);
    int garbage = 0;
    int frames = 0;
    for (int run = 0; run < 20_000; run++) {
      byte[] bytes = new byte[random.nextInt(600)];
      random.nextBytes(bytes);
      for (int at = 0; at + 4 < bytes.length; at += 1 + random.nextInt(80)) {
        Arrays.fill(bytes, at, at + 3, (byte) 0);
        bytes[at + 3] &= 0x7f;
      }
      List<String> got = new ArrayList<>();
      if (!feed(parser, bytes, 0, bytes.length, got)) {
        garbage++;
        parser.reset();
      }
      frames += got.size();
      assertThat(got).allMatch(f -> !f.isEmpty() && f.length() <= 2 * MAX);
    }
    assertThat(garbage).isPositive();
    assertThat(frames).isPositive();
  }
}
