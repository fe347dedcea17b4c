package dev.patchbay.stack.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What expires when, and how often an idle loop is woken for it. */
class TimerWheelTest {
  private static final long MS = 1_000_000;
  private static final long SECOND = 1000 * MS;
  private static final long HOUR = 3600 * SECOND;

  private final TimerWheel wheel = new TimerWheel(0);
  private final List<String> ran = new ArrayList<>();
  private long now;

  private Timer timer(String name) {
    return new Timer(wheel, () -> ran.add(name));
  }

  /** Sleeps until the wheel says that it has something to do; returns how often it woke up. */
  private int sleepTo(long time) {
    int wakeUps = 0;
    for (long next = wheel.nextDeadline(); next <= time; next = wheel.nextDeadline()) {
      assertThat(next).isGreaterThanOrEqualTo(now);
      now = next;
      wheel.advance(now);
      wakeUps++;
    }
    now = time;
    wheel.advance(now);
    return wakeUps;
  }

  @Test
  void expiresInTheTickAfterItsDeadline() {
    timer("a").arm(5 * MS + 1);
    wheel.advance(5 * MS + 999_999);
    assertThat(ran).isEmpty();
    wheel.advance(6 * MS);
    assertThat(ran).containsExactly("a");
    assertThat(wheel.count()).isZero();
    assertThat(wheel.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void oneThatIsLateRunsInTheNextTick() {
    wheel.advance(100 * MS);
    timer("late").arm(3 * MS);
    assertThat(wheel.nextDeadline()).isEqualTo(101 * MS);
    wheel.advance(101 * MS);
    assertThat(ran).containsExactly("late");
  }

  @Test
  void ofOneTickInTheOrderOfArmingWhateverTheDistance() {
    timer("far").arm(9000 * MS);
    wheel.advance(8000 * MS);
    timer("near").arm(9000 * MS);
    wheel.advance(8999 * MS);
    timer("nearest").arm(9000 * MS);
    wheel.advance(9000 * MS);
    assertThat(ran).containsExactly("far", "near", "nearest");
  }

  @Test
  void aFarOneWakesTheLoopTwiceAndNotEachRound() {
    timer("minute").arm(60 * SECOND);
    assertThat(sleepTo(61 * SECOND)).isEqualTo(2);
    assertThat(ran).containsExactly("minute");
    timer("day").arm(24 * HOUR);
    assertThat(sleepTo(24 * HOUR)).isLessThanOrEqualTo(2 + 24 / 4);
    assertThat(ran).containsExactly("minute", "day");
  }

  @Test
  void cancelledAndMovedOnesDoNotRun() {
    Timer cancelled = timer("cancelled");
    Timer moved = timer("moved");
    cancelled.arm(10 * SECOND);
    moved.arm(10 * SECOND);
    moved.arm(20 * MS);
    cancelled.cancel();
    cancelled.cancel();
    assertThat(wheel.count()).isEqualTo(1);
    sleepTo(30 * SECOND);
    assertThat(ran).containsExactly("moved");
  }

  @Test
  void anActionMayArmAndCancelOthersOfItsTick() {
    Timer victim = timer("victim");
    Timer again = timer("again");
    Timer killer =
        new Timer(
            wheel,
            () -> {
              ran.add("killer");
              victim.cancel();
              again.arm(0);
            });
    killer.arm(MS);
    victim.arm(MS);
    timer("rest").arm(MS);
    wheel.advance(MS);
    assertThat(ran).containsExactly("killer", "rest");
    wheel.advance(2 * MS);
    assertThat(ran).containsExactly("killer", "rest", "again");
  }

  @Test
  void onesBehindAnActionThatThrowsRunAtTheNextAdvance() {
    new Timer(
            wheel,
            () -> {
              throw new IllegalStateException("defect");
            })
        .arm(MS);
    timer("next").arm(MS);
    assertThatThrownBy(() -> wheel.advance(MS)).hasMessage("defect");
    assertThat(wheel.nextDeadline()).isEqualTo(MS);
    wheel.advance(MS);
    assertThat(ran).containsExactly("next");
  }

  /** Against a sorted list: some ten thousand timers over three days, moved and cancelled. */
  @Test
  void likeASortedList() {
    record Armed(long tick, long order, int id) {}
    Random random = new Random(7);
    List<Armed> model = new ArrayList<>();
    List<Integer> expired = new ArrayList<>();
    Timer[] timers = new Timer[500];
    for (int i = 0; i < timers.length; i++) {
      int id = i;
      timers[i] = new Timer(wheel, () -> expired.add(id));
    }
    long order = 0;
    for (int step = 0; step < 10_000; step++) {
      int id = random.nextInt(timers.length);
      model.removeIf(a -> a.id == id);
      if (random.nextInt(5) == 0) {
        timers[id].cancel();
      } else {
        long deadline = now + (long) (Math.pow(10, random.nextDouble() * 5) * SECOND / 1000);
        timers[id].arm(deadline);
        long tick = Math.max(Math.ceilDiv(deadline, MS), now / MS + 1);
        model.add(new Armed(tick, order++, id));
      }
      now += (long) (Math.pow(10, random.nextDouble() * 7.2) * 1000);
      expired.clear();
      wheel.advance(now);
      List<Armed> due = new ArrayList<>(model);
      due.removeIf(a -> a.tick > now / MS);
      due.sort(Comparator.comparingLong(Armed::tick).thenComparingLong(Armed::order));
      assertThat(expired).isEqualTo(due.stream().map(Armed::id).toList());
      model.removeAll(due);
      assertThat(wheel.count()).isEqualTo(model.size());
    }
    assertThat(model).hasSizeLessThan(timers.length);
  }
}
