package dev.patchbay.qemu.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.qemu.device.DeviceClock.DeviceTimer;
import dev.patchbay.stack.loop.VirtualLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClockTest {
  private final List<Long> ran = new ArrayList<>();

  @Test
  void virtualTimersRunAtTheirOwnTime() {
    VirtualClock clock = new VirtualClock();
    DeviceTimer late = clock.timer(() -> ran.add(clock.now()));
    DeviceTimer early = clock.timer(() -> ran.add(clock.now()));
    late.arm(500);
    early.arm(7);
    assertThat(clock.nextDeadline()).isEqualTo(7);
    clock.step(499);
    assertThat(ran).containsExactly(7L);
    assertThat(early.isArmed()).isFalse();
    late.arm(1000);
    clock.step(1);
    assertThat(ran).hasSize(1);
    late.cancel();
    clock.step(10_000);
    assertThat(ran).hasSize(1);
    assertThat(clock.now()).isEqualTo(10_500);
    assertThat(clock.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aTimerThatIsAlwaysDueDoesNotHoldTime() {
    VirtualClock clock = new VirtualClock();
    DeviceTimer[] again = new DeviceTimer[1];
    again[0] =
        clock.timer(() -> {
          ran.add(clock.now());
          again[0].arm(0);
        });
    again[0].arm(0);
    clock.step(5);
    assertThat(ran).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void onAnEventLoop() {
    VirtualLoop loop = new VirtualLoop();
    DeviceClock clock = DeviceClock.of(loop);
    DeviceTimer timer = clock.timer(() -> ran.add(clock.now()));
    timer.arm(2_500_000);
    assertThat(timer.isArmed()).isTrue();
    loop.runForMillis(2);
    assertThat(ran).isEmpty();
    loop.runForMillis(1);
    assertThat(ran).containsExactly(3_000_000L);
    timer.arm(9_000_000);
    timer.cancel();
    loop.runForMillis(20);
    assertThat(ran).hasSize(1);
  }
}
