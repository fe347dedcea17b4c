package dev.patchbay.stack.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TimeZone;
import org.junit.jupiter.api.Test;

/** Times as ctime(3) and ISO 8601 print them. */
class WallTimeTest {
  @Test
  void asPrintedByOthers() {
    long second = 1_762_000_384L; // 2025-11-01 12:33:04 UTC
    long nanos = (second - TimeZone.getDefault().getOffset(second * 1000) / 1000) * 1_000_000_000L;
    assertThat(WallTime.ctime(nanos + 5_000)).isEqualTo("Sat Nov  1 12:33:04 2025");
    assertThat(WallTime.iso(nanos + 45_678_999)).isEqualTo("2025-11-01T12:33:04.045678");
    assertThat(WallTime.micros(nanos + 45_678_999)).isEqualTo(45_678);
  }
}
