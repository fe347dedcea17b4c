package dev.patchbay.backend.plug;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendWindowTest {
  private static final long MS = 1_000_000;
  private final SendWindow window = new SendWindow();

  @Test
  void growsForAPeerThatReadsAtOnce() {
    window.sent(SendWindow.START);
    assertThat(window.allowed()).isZero();
    window.used(0, 4096);
    assertThat(window.allowed()).isZero();
    window.used(MS, 0);
    assertThat(window.allowed()).isEqualTo(2 * SendWindow.START);
    for (int i = 0; i < 10; i++) {
      window.sent(window.allowed());
      window.used(MS, 0);
    }
    assertThat(window.allowed()).isEqualTo(SendWindow.MOST);
  }

  @Test
  void staysForAPeerThatTakesItsTimeAndShrinksForOneThatStalls() {
    window.sent(SendWindow.START);
    window.used(0, 1);
    window.used(10 * MS, 0);
    assertThat(window.allowed()).isEqualTo(SendWindow.START);
    window.sent(SendWindow.START);
    window.used(10 * MS, 0);
    assertThat(window.allowed()).isEqualTo(2 * SendWindow.START);
    window.sent(2 * SendWindow.START);
    window.used(11 * MS, 1);
    window.used(31 * MS, 1);
    window.used(32 * MS, 0);
    assertThat(window.allowed()).as("the first window again").isEqualTo(SendWindow.START);
    window.sent(SendWindow.START);
    window.used(33 * MS, 0);
    assertThat(window.allowed()).as("held after a stall").isEqualTo(SendWindow.START);
    window.sent(SendWindow.START);
    window.used(32 * MS + SendWindow.HOLD_NANOS, 0);
    assertThat(window.allowed()).isEqualTo(2 * SendWindow.START);
  }
}
