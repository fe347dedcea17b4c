package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.loop.VirtualLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which stalls of a guest are worth a warning. */
class StallLogTest {
  private final VirtualLoop loop = new VirtualLoop();
  private final List<String> warnings = new ArrayList<>();
  private boolean stalled;
  private long frames;
  private final StallLog log = new StallLog(loop, () -> stalled, () -> frames, warnings::add);

  private void stall() {
    stalled = true;
    log.begins();
  }

  @Test
  void aGuestThatHasNotOpenedItsCardYetIsOrdinary() {
    frames = 7; // of a machine that was here before
    log.attached();
    stall();
    loop.runForMillis(600_000);
    assertThat(warnings).isEmpty();
    frames++;
    loop.runForMillis(30_000);
    assertThat(warnings).as("it speaks, and still takes nothing").hasSize(1);
  }

  @Test
  void aGuestThatSpokeAndTakesNothingForLongIsNot() {
    log.attached();
    frames++;
    stall();
    loop.runForMillis(29_990);
    assertThat(warnings).isEmpty();
    loop.runForMillis(20);
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("the guest has taken no frames for 30 s: ");
    loop.runForMillis(600_000);
    assertThat(warnings).as("once").hasSize(1);
    stall();
    loop.runForMillis(30_010);
    assertThat(warnings).as("another stall").hasSize(2);
  }

  @Test
  void aGuestThatPausesNowAndThenIsOrdinary() {
    log.attached();
    frames++;
    for (int i = 0; i < 600; i++) {
      stall();
      loop.runForMillis(500);
    }
    stalled = false;
    loop.runForMillis(600_000);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aGuestThatHasGoneIsNone() {
    log.attached();
    frames++;
    stall();
    log.detached();
    loop.runForMillis(600_000);
    assertThat(warnings).isEmpty();
  }
}
