package dev.patchbay.backend.plug;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.loop.VirtualLoop;
import org.junit.jupiter.api.Test;

class StallWatchTest {
  private final VirtualLoop loop = new VirtualLoop();
  private int unread;
  private int stalls;
  private final StallWatch watch = new StallWatch(loop, () -> unread, () -> stalls++);

  private void write(int bytes) {
    watch.beforeWrite();
    unread += bytes;
    watch.afterWrite();
  }

  @Test
  void oneFrameThatNobodyReadsIsAStall() {
    write(768);
    loop.runForMillis(199);
    assertThat(watch.stalled()).isFalse();
    loop.runForMillis(20);
    assertThat(watch.stalled()).isTrue();
    loop.runForMillis(10_000);
    assertThat(stalls).isEqualTo(1);
    unread = 0;
    loop.runForMillis(110);
    assertThat(watch.stalled()).isFalse();
    assertThat(loop.timers().nextDeadline())
        .as("nothing more to look at")
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void framesThatComeOnTopDoNotHideIt() {
    for (int i = 0; i < 30; i++) {
      write(768);
      loop.runForMillis(10);
    }
    assertThat(stalls).isEqualTo(1);
  }

  @Test
  void aReaderThatIsBehindButReadsIsNone() {
    unread = 100_000;
    for (int i = 0; i < 500; i++) {
      write(768);
      loop.runForMillis(3);
      unread -= 760; // it reads less than comes
      loop.runForMillis(3);
    }
    assertThat(stalls).isZero();
  }

  @Test
  void aSlowReaderIsNone() {
    unread = 100_000;
    write(768);
    for (int i = 0; i < 100; i++) {
      unread -= 1;
      loop.runForMillis(90);
    }
    assertThat(stalls).isZero();
  }

  @Test
  void eachStallIsToldOnce() {
    write(10);
    loop.runForMillis(500);
    unread = 5;
    loop.runForMillis(500);
    assertThat(stalls).isEqualTo(2);
    watch.reset();
    assertThat(watch.stalled()).isFalse();
    loop.runForMillis(500);
    assertThat(stalls).isEqualTo(2);
  }
}
