package dev.patchbay.stack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The sum against the definition: 16-bit words, one after the other. */
class InternetChecksumTest {
  /** RFC 1071 section 3: 00 01 f2 03 f4 f5 f6 f7 gives ddf2. */
  @Test
  void exampleOfRfc1071() {
    byte[] words = {0, 1, (byte) 0xf2, 3, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7};
    assertThat(InternetChecksum.fold(InternetChecksum.sum(words, 0, 8))).isEqualTo(0xddf2);
    assertThat(InternetChecksum.finish(InternetChecksum.sum(words, 0, 8))).isEqualTo(0x220d);
  }

  @Test
  void everyLengthAndAlignment() {
    byte[] data = new byte[300];
    new Random(1071).nextBytes(data);
    for (int at = 0; at < 9; at++) {
      for (int length = 0; length < 280; length++) {
        assertThat(InternetChecksum.fold(InternetChecksum.sum(data, at, length)))
            .as("%s bytes from %s", length, at)
            .isEqualTo(byDefinition(data, at, length));
      }
    }
  }

  @Test
  void theLongestAndFullest() {
    byte[] data = new byte[65535];
    Arrays.fill(data, (byte) 0xff);
    assertThat(InternetChecksum.fold(InternetChecksum.sum(data, 0, 65535)))
        .isEqualTo(byDefinition(data, 0, 65535));
  }

  private static int byDefinition(byte[] data, int at, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      int value = data[at + i] & 0xff;
      sum += i % 2 == 0 ? value << 8 : value;
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) sum;
  }
}
